// Does a process that fork(2) has made find identifiers of its own?

import ObservabilityPlatform
import Testing
@testable import TraceSpans

@Suite("A process that fork has made")
struct ForkedProcessTests {
  private static let count = 8

  /// What the calling thread finds next. Nothing is allocated: after a fork another thread may have held a lock.
  private static func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    for index in words.indices { words[index] = SpanID.random().value }
  }

  @Test("finds other identifiers than the one that it was made of, and so does each of several")
  func identifiers() throws {
    // Swift's platform modules keep fork back, since most of a process is not there after it.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
    let words = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: Self.count)
    defer { words.deallocate() }
    let size = Self.count * MemoryLayout<UInt64>.stride
    // The thread has made identifiers before.
    Self.fill(words)
    var seen = Set(words)
    for _ in 0..<3 {
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      let child = fork()
      if child == 0 {
        Self.fill(words)
        _exit(write(ends[1], words.baseAddress, size) == size ? 0 : 1)
      }
      #expect(child > 0)
      close(ends[1])
      #expect(read(ends[0], words.baseAddress, size) == size)
      close(ends[0])
      var status: Int32 = 0
      #expect(waitpid(child, &status, 0) == child && status == 0)
      seen.formUnion(words)
    }
    Self.fill(words)
    seen.formUnion(words)
    #expect(seen.count == 5 * Self.count)
  }
}

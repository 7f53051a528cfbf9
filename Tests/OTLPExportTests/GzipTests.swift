// Does what was compressed read back, and does a missing library do no harm?

import CObservabilityShims
@testable import ObservabilityPlatform
import TestSupport
import Testing

@testable import OTLPExport

@Suite("gzip")
struct GzipTests {
  private static let samples: [(name: String, bytes: [UInt8])] = {
    var generator = SeededGenerator(seed: 1)
    let text = Array("SMTP DATA messaging.system=smtp ".utf8)
    return [
      ("nothing", []), ("a byte", [0]), ("zeros", [UInt8](repeating: 0, count: 1 << 20)),
      ("noise", (0..<200_000).map { _ in .random(in: .min ... .max, using: &generator) }),
      ("text", (0..<300_000).map { text[$0 % text.count] }),
      ("a piece of noise", (0..<(1 << 14)).map { _ in .random(in: .min ... .max, using: &generator) }),
    ]
  }()

  @Test(
    "gives what the library itself reads back, whatever the level", arguments: [Int.min, 0, 1, 6, 9, .max])
  func roundTrip(level: Int) throws {
    let gzip = try Gzip(level: level)
    let inflate = try #require(Inflate())
    for (name, bytes) in GzipTests.samples {
      let compressed = try #require(gzip.compress(bytes), "\(name)")
      #expect(compressed.prefix(3) == [0x1F, 0x8B, 8], "\(name)")
      #expect(inflate.bytes(of: compressed) == bytes, "\(name)")
      // What cannot be compressed grows by a header, a trailer, and 5 bytes for each 16 KiB or so.
      #expect(compressed.count <= bytes.count + bytes.count / 1000 + 64, "\(name)")
    }
    let repeated = try #require(gzip.compress(GzipTests.samples[4].bytes))
    #expect(repeated.count < 10_000)
  }

  @Test("makes one stream of pieces of any length", arguments: 0..<40 as Range<UInt64>)
  func pieces(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let gzip = try Gzip(level: .random(in: 1...9, using: &generator))
    for (name, bytes) in GzipTests.samples {
      let stream = try #require(Gzip.Stream(gzip))
      var compressed: [UInt8] = []
      var added = 0
      let longest = [1 << 10, 1 << 16, 1 << 20].randomElement(using: &generator) ?? 1
      while added < bytes.count {
        let count = min(bytes.count - added, Int.random(in: 0...longest, using: &generator))
        let isAdded = bytes[added..<added + count].withUnsafeBytes {
          stream.add($0, isLast: false, to: &compressed)
        }
        try #require(isAdded, "\(name), seed \(seed)")
        added += count
      }
      let none = UnsafeRawBufferPointer(start: nil, count: 0)
      #expect(stream.add(none, isLast: true, to: &compressed))
      #expect(try #require(Inflate()).bytes(of: compressed) == bytes, "\(name), seed \(seed)")
      // What has ended cannot be gone on with.
      #expect(!stream.add(none, isLast: true, to: &compressed))
    }
  }

  @Test("takes what is too long for one call in several", arguments: [1, 7, 1 << 14, 65_537])
  func several(longest: Int) throws {
    let gzip = try Gzip(level: 1)
    let inflate = try #require(Inflate())
    for (name, bytes) in GzipTests.samples where longest > 7 || bytes.count < 100_000 {
      let compressed = try #require(gzip.compress(bytes, handingOver: longest), "\(name)")
      #expect(inflate.bytes(of: compressed) == bytes, "\(name)")
    }
  }

  @Test("compresses the longest request there is")
  func longest() throws {
    let bytes = [UInt8](unsafeUninitializedCapacity: TraceRequestEncoder.longestRequest) { buffer, count in
      for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index >> 6) }
      count = buffer.count
    }
    let compressed = try #require(try Gzip().compress(bytes))
    #expect(compressed.count < bytes.count / 20)
    #expect(try #require(Inflate()).bytes(of: compressed) == bytes)
  }

  @Test("serves several threads at once")
  func threads() throws {
    let gzip = try Gzip()
    let expected = GzipTests.samples.map { gzip.compress($0.bytes) }
    let differing = Locked(0)
    onThreads(4) { _ in
      for _ in 0..<5 where GzipTests.samples.map({ gzip.compress($0.bytes) }) != expected {
        differing.withLock { $0 += 1 }
      }
    }
    #expect(differing.withLock { $0 } == 0)
  }

  @Test("says why it is not to be had", arguments: ["/nonexistent/libz.so.1", "libno-such-library.so.9"])
  func missing(library: String) {
    #expect {
      try Gzip(library: library)
    } throws: { error in
      let reason = (error as? Gzip.Unavailable)?.reason ?? ""
      return reason.contains(library) && reason.utf8.count <= 256
    }
  }

  @Test("refuses a library without the functions")
  func otherLibrary() {
    #if canImport(Darwin)
      let library = "libSystem.dylib"
    #else
      let library = "libpthread.so.0"
    #endif
    #expect(throws: Gzip.Unavailable.self) { try Gzip(library: library) }
  }

  private typealias Deflate =
    @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?, Int32) -> Int32

  /// A library whose `deflate` answers like this.
  private static func library(_ deflate: Deflate) -> Gzip {
    let begin:
      @convention(c) (
        UnsafeMutablePointer<mailobs_zlib_stream>?, Int32, Int32, Int32, Int32, Int32,
        UnsafePointer<CChar>?, Int32
      ) -> Int32 = { _, _, _, _, _, _, _, _ in 0 }
    let end: @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?) -> Int32 = { _ in 0 }
    return Gzip(
      begin: unsafeBitCast(begin, to: UnsafeMutableRawPointer.self),
      deflate: unsafeBitCast(deflate, to: UnsafeMutableRawPointer.self),
      end: unsafeBitCast(end, to: UnsafeMutableRawPointer.self), level: 1)
  }

  /// Libraries that are none, by what they do.
  private static let broken: [(name: String, deflate: Deflate)] = [
    ("does nothing", { _, _ in 0 }),
    ("says that it has ended, and has done nothing", { _, _ in 1 }),
    (
      "takes what it is given, and writes nothing",
      { stream, _ in
        stream?.pointee.avail_in = 0
        return 0
      }
    ),
    (
      "takes a byte at a time, and writes nothing",
      { stream, _ in
        if let stream, stream.pointee.avail_in > 0 { stream.pointee.avail_in -= 1 }
        return 0
      }
    ),
    (
      "writes for ever",
      { stream, _ in
        stream?.pointee.avail_in = 0
        stream?.pointee.avail_out = 0
        return 0
      }
    ),
    (
      "writes for ever a byte at a time, and takes nothing",
      { stream, _ in
        stream?.pointee.avail_out -= 1
        return 0
      }
    ),
    (
      "has more room than it was given",
      { stream, _ in
        stream?.pointee.avail_out += 1
        return 0
      }
    ),
    (
      "has more to take than it was given",
      { stream, _ in
        stream?.pointee.avail_in += 1
        stream?.pointee.avail_out = 0
        return 0
      }
    ),
    (
      "ends before it has taken all",
      { stream, _ in
        stream?.pointee.avail_out = 0
        return 1
      }
    ),
    ("is out of memory", { _, _ in -4 }), ("cannot go on", { _, _ in -5 }),
    ("wants a dictionary", { _, _ in 2 }),
  ]

  @Test(
    "ends, with nothing, whatever a library answers", .timeLimit(.minutes(5)),
    arguments: [1000, 1 << 30])
  func brokenLibraries(longest: Int) {
    for (name, deflate) in GzipTests.broken {
      for bytes in [[], [1], [UInt8](repeating: 7, count: 100_000)] {
        #expect(
          GzipTests.library(deflate).compress(bytes, handingOver: longest) == nil, "\(name), \(bytes.count)")
      }
    }
  }

  /// A `Gzip` that never succeeds.
  static var failing: Gzip { library { _, _ in 0 } }

  @Test("keeps no memory of what it has compressed")
  func memory() async {
    // In a process of its own: other tests need memory as well.
    await #expect(processExitsWith: .success) {
      guard let gzip = try? Gzip(), heapInUse() != nil else { return }
      func compressed(_ rounds: Int) {
        for _ in 0..<rounds { _ = gzip.compress([1]) }
      }
      compressed(20)
      let before = try #require(heapInUse())
      compressed(200)
      let after = try #require(heapInUse())
      // A stream takes 268 KB, whatever it compresses.
      #expect(after - before < 200 * 20_000, "\(after - before) bytes more")
    }
  }
}

// What is asked of zlib, and by whom?

import CObservabilityShims
import Synchronization
import TestSupport

@testable import ObservabilityPlatform

/// The system's zlib, whose calls are counted, and fail if a test wants that: for one suite alone, which is serialized.
enum ObservedGzip {
  fileprivate typealias Begin =
    @convention(c) (
      UnsafeMutablePointer<mailobs_zlib_stream>?, Int32, Int32, Int32, Int32, Int32,
      UnsafePointer<CChar>?, Int32
    ) -> Int32
  fileprivate typealias Deflate =
    @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?, Int32) -> Int32
  fileprivate typealias End = @convention(c) (UnsafeMutablePointer<mailobs_zlib_stream>?) -> Int32

  fileprivate struct Functions: @unchecked Sendable {
    let begin: Begin
    let deflate: Deflate
    let end: End

    init?() {
      guard let handle = dlopen(Gzip.systemLibrary, RTLD_NOW), let begin = dlsym(handle, "deflateInit2_"),
        let deflate = dlsym(handle, "deflate"), let end = dlsym(handle, "deflateEnd")
      else { return nil }
      self.begin = unsafeBitCast(begin, to: Begin.self)
      self.deflate = unsafeBitCast(deflate, to: Deflate.self)
      self.end = unsafeBitCast(end, to: End.self)
    }
  }

  fileprivate static let functions = Functions()
  private static let begun = Atomic(0)
  private static let ended = Atomic(0)
  private static let calls = Atomic(0)
  private static let elsewhere = Atomic(0)
  private static let callsUntilFailure = Atomic(Int.max)

  /// How many streams have been begun, and how many have been freed.
  static var streams: (begun: Int, ended: Int) {
    (begun.load(ordering: .sequentiallyConsistent), ended.load(ordering: .sequentiallyConsistent))
  }

  /// How many calls have come from a thread that does not encode.
  static var callsFromElsewhere: Int { elsewhere.load(ordering: .sequentiallyConsistent) }

  /// Counts from none.
  ///
  /// - Parameter calls: after how many of them compressing fails.
  static func reset(failingAfter calls: Int = .max) {
    begun.store(0, ordering: .sequentiallyConsistent)
    ended.store(0, ordering: .sequentiallyConsistent)
    self.calls.store(0, ordering: .sequentiallyConsistent)
    elsewhere.store(0, ordering: .sequentiallyConsistent)
    callsUntilFailure.store(calls, ordering: .sequentiallyConsistent)
  }

  /// Nil where there is no zlib.
  static func make() -> Gzip? {
    guard functions != nil else { return nil }
    let begin: Begin = { stream, level, method, window, memory, strategy, version, size in
      ObservedGzip.begun.add(1, ordering: .sequentiallyConsistent)
      ObservedGzip.note()
      return ObservedGzip.functions?.begin(
        stream, level, method, window, memory, strategy, version, size) ?? -2
    }
    let deflate: Deflate = { stream, flush in
      ObservedGzip.note()
      let calls = ObservedGzip.calls.add(1, ordering: .sequentiallyConsistent).newValue
      guard calls <= ObservedGzip.callsUntilFailure.load(ordering: .sequentiallyConsistent) else { return -2 }
      return ObservedGzip.functions?.deflate(stream, flush) ?? -2
    }
    let end: End = { stream in
      ObservedGzip.ended.add(1, ordering: .sequentiallyConsistent)
      return ObservedGzip.functions?.end(stream) ?? -2
    }
    return Gzip(
      begin: unsafeBitCast(begin, to: UnsafeMutableRawPointer.self),
      deflate: unsafeBitCast(deflate, to: UnsafeMutableRawPointer.self),
      end: unsafeBitCast(end, to: UnsafeMutableRawPointer.self), level: 1)
  }

  private static func note() {
    typealias GetName = @convention(c) (pthread_t, UnsafeMutablePointer<CChar>, Int) -> Int32
    guard let getName = dlsym(nil, "pthread_getname_np") else { return }
    var name = [CChar](repeating: 0, count: 64)
    _ = unsafeBitCast(getName, to: GetName.self)(pthread_self(), &name, name.count)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if !text.hasPrefix("metrics encodin") { elsewhere.add(1, ordering: .sequentiallyConsistent) }
  }
}

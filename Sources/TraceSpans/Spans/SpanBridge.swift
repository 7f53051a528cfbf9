// How is the current span the same one for another library that has a current span of its own?

import CObservabilityShims
import ObservabilityPlatform

/// Another library's place for the current span of a task. Where there is one, it is the only place: two would have to
/// be compared to tell which of two spans is the inner one, and nothing about two values tells that.
@usableFromInline
package protocol SpanBridge: Sendable {
  /// The span there; nil where there is none.
  static var current: TraceSpan? { get }

  /// Runs `body` with a span, or none, there.
  static func withCurrent<Result, Failure: Error>(
    _ span: TraceSpan?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result

  /// Runs `body` with a span, or none, there.
  static func withCurrent<Result, Failure: Error>(
    _ span: TraceSpan?, isolation: isolated (any Actor)?, _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result
}

/// The bridge of this process.
@usableFromInline
package enum InstalledBridge {
  private final class Holder: Sendable {
    // A type, and no value: to hold on to a value for each span would make one word that all threads write.
    let type: any SpanBridge.Type
    init(_ type: any SpanBridge.Type) { self.type = type }
  }

  private static let installation = Locked<Holder?>(nil)

  /// Makes a type the bridge, for as long as the process lives. The first one stays.
  package static func install(_ type: any SpanBridge.Type) {
    installation.withLock { holder in
      guard holder == nil else { return }
      let made = Holder(type)
      holder = made
      _ = mailobs_span_bridge_exchange(UInt(bitPattern: Unmanaged.passUnretained(made).toOpaque()))
    }
  }

  @usableFromInline
  package static var type: (any SpanBridge.Type)? {
    guard let pointer = UnsafeRawPointer(bitPattern: mailobs_span_bridge()) else { return nil }
    return Unmanaged<Holder>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.type }
  }

  /// Runs `body` as if there were none, in the whole process: for measurements, by one thread at a time.
  package static func suspended<Result>(_ body: () throws -> Result) rethrows -> Result {
    let word = mailobs_span_bridge_exchange(0)
    defer { _ = mailobs_span_bridge_exchange(word) }
    return try body()
  }
}

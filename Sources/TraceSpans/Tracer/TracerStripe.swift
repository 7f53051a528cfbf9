// How do the spans of many threads hold on to one tracer?

import CObservabilityShims

/// What the spans that the threads of one stripe start hold on to. If all of them counted their references to one
/// object, threads would wait for that word more than for anything else.
final class TracerStripe: Sendable {
  let core: TracerCore
  let counts: SpanCounts.Share
  private let padding = StripePadding()

  init(_ core: TracerCore) {
    self.core = core
    counts = SpanCounts.Share(core.counts)
  }
}

/// A tracer that is started, once for each stripe.
final class TracerStripes: Sendable {
  let core: TracerCore
  private let stripes: [Unmanaged<TracerStripe>]

  init(_ core: TracerCore) {
    self.core = core
    stripes = (0..<Int(mailobs_stripe_count())).map { _ in .passRetained(TracerStripe(core)) }
  }

  deinit { for stripe in stripes { stripe.release() } }

  /// Runs `body` with that of the calling thread.
  @inline(__always)
  func withOwn<Result>(_ body: (TracerStripe) -> Result) -> Result {
    stripes[Int(mailobs_thread_stripe())]._withUnsafeGuaranteedRef(body)
  }
}

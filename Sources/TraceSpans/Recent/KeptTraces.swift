// Which traces are worth a look, though nobody records them?

import ObservabilityPlatform

/// Traces that the sampler does not record, and that ``SpanTracer`` keeps among recent traces all the same:
/// what that is shows at the end of their root.
///
/// They are not exported, since other servers had to know at the start. Until the root ends, each of their
/// spans costs as much time and memory as one that is recorded, but for the export: where a small share is
/// sampled because spans cost too much, leave this out.
public struct KeptTraces: Sendable, Hashable {
  /// Whether those with an error are kept: of any span that ended before the root or with it.
  public var withErrors: Bool
  /// The duration from which on they are kept, which is the root's; nil where it does not matter.
  public var slowerThan: Duration?

  /// Traces with errors, and those that took at least so long.
  public init(withErrors: Bool = true, slowerThan: Duration? = nil) {
    self.withErrors = withErrors
    self.slowerThan = slowerThan
  }

  /// - Parameter duration: in nanoseconds.
  func contains(_ record: TraceRecord, duration: Int64) -> Bool {
    if withErrors, record.hasErrors { return true }
    return slowerThan.map { duration >= $0.clampedNanoseconds } ?? false
  }
}

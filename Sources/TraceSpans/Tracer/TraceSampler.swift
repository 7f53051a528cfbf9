// Is a trace recorded?

/// Decides by a trace's identifier, and by what the parent's server has decided, whether a span is recorded.
///
/// A ratio goes by the last seven bytes of the identifier, R, as a number: a trace is recorded when R is not
/// below (1 - ratio) · 2^56. So every server, in whatever language, that follows the rule decides alike, and
/// what a small ratio records, a larger one does too. Other rules decide otherwise on the same identifiers:
/// the `TraceIdRatioBased` of OpenTelemetry's older libraries records a trace when the first or the last
/// eight bytes are below a bound.
///
/// Source: OpenTelemetry, "Probability Sampling"; W3C Trace Context level 2, random trace identifiers.
public struct TraceSampler: Sendable, Hashable {
  // The least R that is recorded, from 0 (each trace) to 2^56 (none), by what there is for a parent. A
  // parent-based sampler is one whose thresholds differ; one within another adds nothing to that.
  let root: UInt64
  let remoteSampled: UInt64
  let remoteNotSampled: UInt64
  let localSampled: UInt64
  let localNotSampled: UInt64

  private static let none: UInt64 = 1 << 56

  private init(always threshold: UInt64) {
    root = threshold
    remoteSampled = threshold
    remoteNotSampled = threshold
    localSampled = threshold
    localNotSampled = threshold
  }

  private init(
    root: UInt64, remoteSampled: UInt64, remoteNotSampled: UInt64, localSampled: UInt64,
    localNotSampled: UInt64
  ) {
    self.root = root
    self.remoteSampled = remoteSampled
    self.remoteNotSampled = remoteNotSampled
    self.localSampled = localSampled
    self.localNotSampled = localNotSampled
  }

  /// Records every trace.
  public static let alwaysOn = TraceSampler(always: 0)
  /// Records none.
  public static let alwaysOff = TraceSampler(always: none)

  /// Records a share of all traces, 0 to 1. What lies outside is clamped; NaN records none.
  public static func ratio(_ ratio: Double) -> TraceSampler {
    guard ratio > 0 else { return alwaysOff }
    return TraceSampler(always: none - UInt64((min(ratio, 1) * 0x1p56).rounded()))
  }

  /// Goes by `root` where a trace begins, and otherwise by what was decided for the parent: a span is
  /// recorded when its parent is, unless samplers of one's own are given for the four cases.
  ///
  /// - Parameters:
  ///   - root: for spans without a parent.
  ///   - remoteSampled: when another process has recorded the parent.
  ///   - remoteNotSampled: when another process has not.
  ///   - localSampled: when this process has recorded the parent.
  ///   - localNotSampled: when this process has not.
  public static func parentBased(
    _ root: TraceSampler, remoteSampled: TraceSampler = .alwaysOn,
    remoteNotSampled: TraceSampler = .alwaysOff,
    localSampled: TraceSampler = .alwaysOn, localNotSampled: TraceSampler = .alwaysOff
  ) -> TraceSampler {
    TraceSampler(
      root: root.root, remoteSampled: remoteSampled.remoteSampled,
      remoteNotSampled: remoteNotSampled.remoteNotSampled, localSampled: localSampled.localSampled,
      localNotSampled: localNotSampled.localNotSampled)
  }

  /// Whether a span of the trace is recorded.
  func isSampled(_ trace: TraceID, parent: TraceContext?) -> Bool { trace.randomness >= threshold(parent) }

  private func threshold(_ parent: TraceContext?) -> UInt64 {
    guard let parent else { return root }
    switch (parent.isRemote, parent.isSampled) {
    case (true, true): return remoteSampled
    case (true, false): return remoteNotSampled
    case (false, true): return localSampled
    case (false, false): return localNotSampled
    }
  }
}

// Is a trace recorded?

/// Decides by a trace's identifier, and by what the parent's server has decided, whether a span is recorded.
///
/// A ``ratio(_:)`` goes by the last seven bytes of the identifier, R, as a number: a trace is recorded when R
/// is not below (1 - ratio) · 2^56. So every server, in whatever language, that follows the rule decides
/// alike, and what a small ratio records, a larger one does too. Beside servers whose libraries have older
/// rules, ``traceIDRatio(_:by:)`` decides as those do.
///
/// Source: OpenTelemetry, "Probability Sampling"; W3C Trace Context level 2, random trace identifiers.
public struct TraceSampler: Sendable, Hashable {
  /// Which bytes of an identifier an older rule goes by.
  public enum IdentifierPart: Sendable, Hashable, CaseIterable {
    /// The last eight bytes.
    case last
    /// The first eight bytes.
    case first
  }

  private struct Rule: Hashable {
    // For nil the least R that is recorded, from 0 (each trace) to 2^56 (none); for a part what half of it as
    // a number has to be below.
    let bound: UInt64
    var part: IdentifierPart?

    func contains(_ trace: TraceID) -> Bool {
      switch part {
      case nil: trace.randomness >= bound
      case .last: trace.low >> 1 < bound
      case .first: trace.high >> 1 < bound
      }
    }
  }

  // By what there is for a parent. A parent-based sampler is one whose rules differ; one within another adds
  // nothing to that.
  private let root: Rule
  private let remoteSampled: Rule
  private let remoteNotSampled: Rule
  private let localSampled: Rule
  private let localNotSampled: Rule

  private static let none: UInt64 = 1 << 56

  private init(always rule: Rule) {
    self.init(
      root: rule, remoteSampled: rule, remoteNotSampled: rule, localSampled: rule, localNotSampled: rule)
  }

  private init(
    root: Rule, remoteSampled: Rule, remoteNotSampled: Rule, localSampled: Rule, localNotSampled: Rule
  ) {
    self.root = root
    self.remoteSampled = remoteSampled
    self.remoteNotSampled = remoteNotSampled
    self.localSampled = localSampled
    self.localNotSampled = localNotSampled
  }

  /// Records every trace.
  public static let alwaysOn = TraceSampler(always: Rule(bound: 0))
  /// Records none.
  public static let alwaysOff = TraceSampler(always: Rule(bound: none))

  /// Records a share of all traces, 0 to 1. What lies outside is clamped; NaN records none.
  public static func ratio(_ ratio: Double) -> TraceSampler {
    guard ratio > 0 else { return alwaysOff }
    return TraceSampler(always: Rule(bound: none - UInt64((min(ratio, 1) * 0x1p56).rounded())))
  }

  /// Records a share of all traces as OpenTelemetry's `TraceIdRatioBased` does, of which there are several:
  /// for servers that have to decide as others do whose libraries have no other. A trace is recorded when
  /// eight bytes of its identifier, as a big-endian number without its last bit, are below ratio · 2^63.
  ///
  /// - Parameters:
  ///   - ratio: 0 to 1. What lies outside is clamped; NaN records none.
  ///   - part: the last bytes, as today's libraries for Go and Python have it; the first ones, as those for Go
  ///     had it before.
  ///
  /// Source: OpenTelemetry, "TraceIdRatioBased", which leaves the rule open; its libraries for Go and Python.
  public static func traceIDRatio(_ ratio: Double, by part: IdentifierPart = .last) -> TraceSampler {
    guard ratio > 0 else { return alwaysOff }
    guard ratio < 1 else { return alwaysOn }
    return TraceSampler(always: Rule(bound: UInt64(ratio * 0x1p63), part: part))
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

  /// The share of traces without a parent that are recorded, by ``ratio(_:)``; nil for another rule.
  package var rootShare: Double? {
    root.part == nil ? 1 - Double(root.bound) / 0x1p56 : nil
  }

  /// Whether a span of the trace is recorded.
  func isSampled(_ trace: TraceID, parent: TraceContext?) -> Bool { rule(parent).contains(trace) }

  private func rule(_ parent: TraceContext?) -> Rule {
    guard let parent else { return root }
    switch (parent.isRemote, parent.isSampled) {
    case (true, true): return remoteSampled
    case (true, false): return remoteNotSampled
    case (false, true): return localSampled
    case (false, false): return localNotSampled
    }
  }
}

// What does a trace say of itself to whoever takes part in it?

/// The flags of a trace.
///
/// Source: W3C Trace Context, `trace-flags`; `random` is of its level 2.
public struct TraceFlags: OptionSet, Sendable, Hashable {
  /// The flags as one byte.
  public let rawValue: UInt8

  /// Flags of one byte. What has no meaning yet is left out, as the recommendation asks of whoever sends it
  /// on.
  public init(rawValue: UInt8) { self.rawValue = rawValue & 3 }

  /// The caller may have recorded its span.
  public static let sampled = TraceFlags(rawValue: 1)
  /// At least the last seven bytes of the trace's identifier are random, so that samplers may go by them.
  public static let random = TraceFlags(rawValue: 2)
}

// What of a span goes to those that come after it, in this process or another?

/// The identity of a span, as it is sent to other servers or stored with a message.
///
/// A value: copies are independent, and any thread may use one.
public struct TraceContext: Sendable, Hashable {
  /// The trace that the span is part of.
  public let traceID: TraceID
  /// The span.
  public let spanID: SpanID
  /// What the trace says of itself.
  public let flags: TraceFlags
  /// What other tracing systems have added to the trace; empty when they have not.
  public let state: TraceState
  /// Whether the context came from elsewhere: from another process, or from this one before it was restarted.
  public let isRemote: Bool

  /// A context of its parts.
  public init(
    traceID: TraceID, spanID: SpanID, flags: TraceFlags = [], state: TraceState = TraceState(),
    isRemote: Bool = false
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.flags = flags
    self.state = state
    self.isRemote = isRemote
  }

  /// Whether the span is recorded.
  public var isSampled: Bool { flags.contains(.sampled) }

  /// The same with what this server says of itself at the head of ``state``.
  ///
  /// - Returns: nil when the key or the value is none, see ``TraceState/setting(_:to:)``.
  public func settingState(_ key: String, to value: String) -> TraceContext? {
    guard let state = state.setting(key, to: value) else { return nil }
    return TraceContext(traceID: traceID, spanID: spanID, flags: flags, state: state, isRemote: isRemote)
  }
}

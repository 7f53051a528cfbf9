// What does code hold while it does something that is traced?

/// A piece of work that is traced, from ``SpanTracer/startSpan(_:family:kind:parent:links:at:)`` or
/// `withSpan` to ``end(at:)``.
///
/// A value that stands for one span: copies are the same span, any thread may use them, and a stored `let`
/// will do. While the tracer is not started, and for a span that is not recorded, everything below does
/// nothing. Whatever is done to a span after its end does nothing either, and is counted.
public struct TraceSpan: Sendable {
  /// The identity of the span, for what comes after it here and elsewhere; nil while the tracer is not
  /// started.
  public let context: TraceContext?
  @usableFromInline let recording: SpanRecording?

  @inlinable
  init(context: TraceContext?, recording: SpanRecording?) {
    self.context = context
    self.recording = recording
  }

  /// What stands for a span while the tracer is not started.
  @usableFromInline package static let absent = TraceSpan(context: nil, recording: nil)

  /// Whether what is said of the span is kept: false when it is neither sampled nor recorded for
  /// ``SpanTracer/Settings/alwaysKeep``, and after its end.
  public var isRecording: Bool { recording?.isEnded == false }

  /// An attribute. Setting one again replaces its value. Texts of more than 4 KiB are cut, and what exceeds
  /// the span's ``SpanLimits`` is left out and counted, as are attributes without a name or with one of more
  /// than 256 bytes. Reading gives nil for an attribute that is not there or of another type.
  public subscript<Value: TraceAttributeConvertible>(key: String) -> Value? {
    @inlinable
    get { recording?.attribute(key).flatMap { Value(traceAttribute: $0) } }
    @inlinable
    nonmutating set {
      // Not bound to a name, which would hold on to it once more.
      if let newValue { recording?.set(Attribute(key, newValue)) }
    }
  }

  /// How the work has gone. An error may be replaced; after ``Status/ok`` nothing is. The default is
  /// ``Status/unset``.
  public var status: Status {
    get { recording?.status ?? .unset }
    nonmutating set { recording?.set(newValue) }
  }

  /// Adds something that happened.
  ///
  /// - Parameters:
  ///   - name: what happened, one of few.
  ///   - attributes: what is to be known of it.
  ///   - time: the time since 1970-01-01 UTC at which it happened, for what is told later: a span whose parent is known
  ///     late begins before it is started, and so does what happened in it. Nil for now. A time before the span's start
  ///     is taken for the start, and a time to come for now.
  public func addEvent(_ name: String, attributes: [Attribute] = [], at time: Duration? = nil) {
    recording?.add(Event(name: name, attributes: attributes), at: time)
  }

  /// Adds a link to a span of another trace, or of another branch of this one.
  public func addLink(to context: TraceContext, attributes: [Attribute] = []) {
    recording?.add(Link(to: context, attributes: attributes))
  }

  /// Marks the span as failed, with the name of the error's type as the attribute `error.type`. What the
  /// error says of itself is left out, since it may hold addresses; whoever knows better sets ``status``. Does nothing
  /// to a span that was said to be `ok`.
  public func fail(_ error: any Error) {
    guard let recording, recording.status != .ok else { return }
    recording.set(Attribute("error.type", String(describing: type(of: error))))
    recording.set(.error(""))
  }

  /// Ends the span. A second end does nothing, and is counted.
  ///
  /// - Parameter end: the time since 1970-01-01 UTC at which the work ended, for work that was not measured;
  ///   nil for now. One before the span's start is taken for the start.
  @inlinable
  public func end(at end: Duration? = nil) { recording?.end(at: end) }
}

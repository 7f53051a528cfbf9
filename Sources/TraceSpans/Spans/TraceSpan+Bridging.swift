// What do bridges to other tracing libraries do with a span that hosts do not?

extension SpanTracer {
  /// Starts a span as ``startSpan(_:family:kind:parent:links:at:)`` does.
  ///
  /// - Parameter start: nanoseconds since 1970-01-01 UTC. A time to come is taken for now.
  package func startSpan(
    _ name: String, kind: TraceSpan.Kind, parent: TraceSpan.Parent, atNanoseconds start: Int64
  ) -> TraceSpan {
    begin(name, nil, kind, parent, [], start)
  }
}

extension TraceSpan {
  /// What the span is called; nil where nothing is recorded. Cut at 256 bytes, and not changed after the end.
  package var name: String? {
    get { recording?.name }
    nonmutating set { if let newValue { recording?.rename(newValue) } }
  }

  /// What the attributes are; none where nothing is recorded.
  package var attributes: [Attribute] { recording?.contents.attributes.attributes ?? [] }

  /// Makes these the attributes, in place of all that there are. Of those that stay the order does.
  package func replaceAttributes(_ attributes: [Attribute]) { recording?.replaceAttributes(attributes) }

  /// As ``addEvent(_:attributes:at:)``.
  ///
  /// - Parameter time: nanoseconds since 1970-01-01 UTC.
  package func addEvent(_ name: String, attributes: [Attribute], atNanoseconds time: Int64) {
    recording?.add(Event(name: name, attributes: attributes), atNanoseconds: time)
  }

  /// The names and attributes of the events, in their order; none where nothing is recorded.
  package var events: [(name: String, attributes: [Attribute])] {
    (recording?.contents.events ?? []).map { ($0.name, $0.attributes.attributes) }
  }

  /// Ends the span as ``end(at:)`` does.
  ///
  /// - Parameters:
  ///   - end: nanoseconds since 1970-01-01 UTC.
  ///   - isClock: whether it was read off the time of day just now, or may have been: then the monotonic clock is
  ///     believed instead, since the time of day may have been set back since the start.
  package func end(atNanoseconds end: Int64, isClock: Bool) {
    recording?.end(atNanoseconds: end, isClock: isClock)
  }

  /// Whether a tracer has started it, and it has neither ended nor is without a record.
  package func isActive(in tracer: SpanTracer) -> Bool {
    guard let recording, let core = tracer.core else { return false }
    return recording.trace(of: core) != nil
  }
}

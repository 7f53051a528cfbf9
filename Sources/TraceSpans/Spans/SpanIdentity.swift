// What does another library hold of a span?

/// A span as one object: that which records it, or one that has the context alone where nothing is recorded, as of a
/// span that is not sampled or one of another process.
// Not final for the sake of ``SpanRecording``; nothing of it changes.
@usableFromInline
package class SpanIdentity: @unchecked Sendable {
  package final let context: TraceContext

  package init(_ context: TraceContext) { self.context = context }
}

extension SpanIdentity {
  /// What is recorded; nil where nothing is.
  @inline(__always)
  package final var recording: SpanRecording? {
    // There is no other class below this one.
    type(of: self) == SpanRecording.self ? unsafeDowncast(self, to: SpanRecording.self) : nil
  }
}

extension TraceSpan {
  /// The span that an object stands for.
  package init(_ identity: SpanIdentity) {
    self.init(context: identity.context, recording: identity.recording)
  }

  /// The span as an object; nil while the tracer is not started.
  package var identity: SpanIdentity? { recording ?? context.map { SpanIdentity($0) } }
}

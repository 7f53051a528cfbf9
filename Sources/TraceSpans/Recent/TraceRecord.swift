// What is kept of one trace, or of the part of it that this process has in one piece?

/// A root, which is a span without a parent in this process that was still running, and what belongs to it.
/// But for what never changes everything is guarded by the lock of ``RecentTraces``.
final class TraceRecord: @unchecked Sendable {
  /// Of the root.
  let context: TraceContext
  let name: String
  /// Nanoseconds since 1970-01-01 UTC.
  let start: Int64
  /// The index of its family.
  let family: Int

  /// Of the root; nil while it is active.
  var end: Int64?
  var hasErrors = false
  /// Whether any of its spans is sampled. What is not is kept for what it turns out to be, if at all.
  var isSampled: Bool
  /// It was not sampled, and turned out to be nothing to keep.
  var isUnwanted = false
  /// Spans that have ended, in the order in which they did.
  var spans: [SpanRecording] = []
  /// Spans of which nothing is kept, for lack of room.
  var leftOut = 0
  /// About as much memory as it takes; 0 once nothing of it is kept any more.
  var bytes: Int
  /// In how many lists it is.
  var places = 0
  /// Where it is among the active ones of its family that are kept.
  var activeIndex: Int?

  init(_ beginning: SpanRecording.Beginning, _ context: TraceContext, family: Int) {
    self.context = context
    self.family = family
    isSampled = context.isSampled
    name = beginning.name
    start = beginning.start
    bytes = 384 + beginning.name.byteCount + context.state.text.byteCount
  }

  /// Spans that one record holds, beside its root.
  static let spanLimit = 1024

  /// What is shown of it.
  func view(family: String) -> RecentTrace {
    RecentTrace(
      family: family, context: context, name: name, start: start, end: end, hasErrors: hasErrors,
      isSampled: isSampled, spans: spans, leftOut: leftOut)
  }
}

/// A trace as it was at one moment.
package struct RecentTrace: Sendable {
  package let family: String
  /// Of its root.
  package let context: TraceContext
  package let name: String
  /// Nanoseconds since 1970-01-01 UTC.
  package let start: Int64
  /// Nil while it is active.
  package let end: Int64?
  package let hasErrors: Bool
  /// Whether it is exported.
  package let isSampled: Bool
  /// Those that have ended, in the order in which they did.
  package let spans: [SpanRecording]
  /// How many spans there was no room for.
  package let leftOut: Int
}

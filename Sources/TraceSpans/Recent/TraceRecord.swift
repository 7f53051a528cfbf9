// What is kept of one trace, or of the part of it that this process has in one piece?

import Synchronization

/// A root, which is a span without a parent in this process that was still running, and what belongs to it.
/// But for what never changes, and for the marks, everything is guarded by the lock of ``RecentTraces``.
final class TraceRecord: @unchecked Sendable {
  /// Of the root.
  let context: TraceContext
  let name: String
  /// Nanoseconds since 1970-01-01 UTC.
  let start: Int64
  /// What it is kept among.
  let familyName: String

  // Whoever ends a span marks the record at once, and the store hears of the span later.
  private let marks = Atomic<UInt8>(0)
  private static let over: UInt8 = 1
  private static let failed: UInt8 = 2
  private static let sampled: UInt8 = 4

  /// Whether the root has ended or was abandoned.
  var isOver: Bool { marks.load(ordering: .relaxed) & TraceRecord.over != 0 }
  /// Whether any of its spans has failed.
  var hasErrors: Bool { marks.load(ordering: .relaxed) & TraceRecord.failed != 0 }
  /// Whether any of its spans is sampled. What is not is kept for what it turns out to be, if at all.
  var isSampled: Bool { marks.load(ordering: .relaxed) & TraceRecord.sampled != 0 }

  func mark(isOver: Bool, hasFailed: Bool, isSampled: Bool) {
    let new =
      (isOver ? TraceRecord.over : 0) | (hasFailed ? TraceRecord.failed : 0)
      | (isSampled ? TraceRecord.sampled : 0)
    guard marks.load(ordering: .relaxed) & new != new else { return }
    marks.bitwiseOr(new, ordering: .relaxed)
  }

  /// Its family, which lives as long as the store; nil until the store has heard of the record. Not held on to:
  /// families hold on to their records.
  @exclusivity(unchecked) var family: Unmanaged<TraceFamily>?
  /// Of the root; nil while it is active.
  @exclusivity(unchecked) var end: Int64?
  /// It was not sampled, and turned out to be nothing to keep.
  @exclusivity(unchecked) var isUnwanted = false
  /// Spans that have ended, in the order in which they did.
  @exclusivity(unchecked) var spans = SpanList()
  /// Spans of which nothing is kept, for lack of room.
  @exclusivity(unchecked) var leftOut = 0
  /// About as much memory as it takes; 0 once nothing of it is kept any more.
  @exclusivity(unchecked) var bytes: Int
  /// In how many lists it is.
  @exclusivity(unchecked) var places = 0
  /// Where it is among the active ones of its family that are kept.
  @exclusivity(unchecked) var activeIndex: Int?

  init(_ beginning: SpanRecording.Beginning, _ context: TraceContext, family: String) {
    self.context = context
    familyName = family
    name = beginning.name
    start = beginning.start
    bytes = 384 + beginning.name.byteCount + context.state.text.byteCount + family.byteCount
    mark(isOver: false, hasFailed: false, isSampled: context.isSampled)
  }

  /// Spans that one record holds, beside its root.
  static let spanLimit = 1024

  /// What is shown of it.
  func view(family: String) -> RecentTrace {
    let spans = spans.all
    // A root may have been renamed before its end.
    let root = spans.last { $0.context.spanID == context.spanID }
    return RecentTrace(
      family: family, context: context, name: root?.name ?? name, start: start, end: end,
      hasErrors: hasErrors,
      isSampled: isSampled, spans: spans, leftOut: leftOut)
  }
}

/// Spans of one trace, the first of which needs no array: there often is no other.
struct SpanList {
  private var first: SpanRecording?
  private var rest: [SpanRecording] = []

  init(_ spans: [SpanRecording] = []) { rest = spans }

  var count: Int { (first == nil ? 0 : 1) + rest.count }
  var all: [SpanRecording] { first.map { [$0] + rest } ?? rest }

  mutating func append(_ span: SpanRecording) {
    if first == nil, rest.isEmpty { first = span } else { rest.append(span) }
  }

  mutating func popLast() -> SpanRecording? { rest.popLast() ?? first.take() }

  /// Takes the oldest half away.
  mutating func removeFirstHalf() -> [SpanRecording] {
    let spans = all
    let half = (spans.count + 1) / 2
    first = nil
    rest = Array(spans.dropFirst(half))
    return Array(spans.prefix(half))
  }

  /// Takes all of them.
  mutating func removeAll() -> SpanList {
    let all = self
    self = SpanList()
    return all
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

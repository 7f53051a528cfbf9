// Which traces can still be looked at, without any collector?

import ObservabilityPlatform

/// The newest traces of each family, of each latency class in it, and with errors; within a bound of bytes,
/// whatever is traced and whatever peers send: what takes most gives up first.
package final class RecentTraces: Sendable {
  /// Of families; those that come later are one, ``otherFamily``.
  static let familyLimit = 16
  static let otherFamily = "other"

  struct State {
    var families: [TraceFamily] = []
    var bytes = 0
    var leftOut: UInt64 = 0
  }

  private let limit: Int
  private let alwaysKept: KeptTraces?
  let state: Locked<State>

  /// - Parameters:
  ///   - bytes: about how much memory everything may take.
  ///   - alwaysKept: which traces are kept that are not sampled.
  init(bytes: Int, alwaysKept: KeptTraces? = nil) {
    limit = min(max(bytes, 0), 1 << 30)
    self.alwaysKept = alwaysKept
    state = Locked(State())
  }

  /// A root was started.
  func begin(_ beginning: SpanRecording.Beginning, _ context: TraceContext, family: String?) -> TraceRecord {
    // What is taken out is freed with the lock given back, here and below.
    var gone: [SpanRecording] = []
    defer { withExtendedLifetime(gone) {} }
    return state.withLock { state in
      let index = state.index(of: family ?? beginning.family)
      let record = TraceRecord(beginning, context, family: index)
      state.families[index].begin(record)
      state.bytes += record.bytes
      state.giveUp(downTo: limit, &gone)
      if state.bytes > limit { state.drop(record, &gone) }
      return record
    }
  }

  /// A span has ended.
  func add(_ span: SpanRecording, to record: TraceRecord, isRoot: Bool) {
    let bytes = span.byteCount
    var hasFailed = false
    if case .error = span.status { hasFailed = true }
    let end = span.end
    var gone: [SpanRecording] = []
    defer { withExtendedLifetime(gone) {} }
    state.withLock { state in
      if hasFailed { record.hasErrors = true }
      if span.context.isSampled { record.isSampled = true }
      if isRoot { state.end(record, at: end ?? record.start, alwaysKept, &gone) }
      guard !record.isUnwanted else { return }
      let hasRoom = isRoot || record.spans.count < TraceRecord.spanLimit
      guard record.bytes > 0, bytes <= limit / 8, hasRoom else {
        state.leaveOut(1, of: record)
        return
      }
      record.spans.append(span)
      state.add(bytes, to: record)
      state.giveUp(downTo: limit, &gone)
      // What is too much now cannot be given up, unless the record itself was.
      guard state.bytes > limit, let last = record.spans.popLast() else { return }
      gone.append(last)
      state.add(-bytes, to: record)
      state.leaveOut(1, of: record)
    }
  }

  /// A root will never end.
  func abandon(_ record: TraceRecord) {
    var gone: [SpanRecording] = []
    defer { withExtendedLifetime(gone) {} }
    state.withLock { state in
      state.families[record.family].leaveActive(record)
      state.drop(record, &gone)
    }
  }
}

extension RecentTraces.State {
  /// The index of a family, which is made when it is new and there is room.
  mutating func index(of name: String) -> Int {
    if let index = families.firstIndex(where: { $0.name.hasBytes(of: name) }) { return index }
    let isFull = families.count >= RecentTraces.familyLimit - 1
    let name = isFull ? RecentTraces.otherFamily : name.cut(toBytes: SpanLimits.nameLength)
    if isFull, let index = families.firstIndex(where: { $0.name.hasBytes(of: name) }) { return index }
    families.append(TraceFamily(name: name))
    return families.count - 1
  }

  mutating func add(_ count: Int, to record: TraceRecord) {
    bytes += count
    families[record.family].add(count, to: record)
  }

  mutating func leaveOut(_ count: Int, of record: TraceRecord) {
    record.leftOut += count
    leftOut += UInt64(count)
  }

  mutating func end(
    _ record: TraceRecord, at end: Int64, _ alwaysKept: KeptTraces?, _ gone: inout [SpanRecording]
  ) {
    record.end = end
    let duration = end.clampedDistance(from: record.start)
    families[record.family].leaveActive(record)
    families[record.family].count(record, duration: duration)
    guard record.bytes > 0 else { return }
    guard record.isSampled || alwaysKept?.contains(record, duration: duration) == true else {
      record.isUnwanted = true
      return drop(record, &gone)
    }
    for old in families[record.family].list(record, duration: duration) { drop(old, &gone) }
  }

  /// Gives up what is kept until everything fits, or nothing is left that can be. The family that takes most
  /// gives, and in it those that have ended or those that are active, whichever take more.
  mutating func giveUp(downTo limit: Int, _ gone: inout [SpanRecording]) {
    while bytes > limit {
      guard let rich = families.indices.max(by: { families[$0].bytes < families[$1].bytes }) else { return }
      let isActiveRich = families[rich].activeBytes > families[rich].bytes / 2
      if isActiveRich, shortenActive(of: rich, &gone) { continue }
      guard !families[rich].isEmpty else { return }
      if let record = families[rich].giveUpOne() { drop(record, &gone) }
    }
  }

  /// Gives up a good part of what active records of a family hold: half of the spans, the oldest, of those
  /// that hold more than few do; and where that is little, the half that began last of those that are not
  /// shown, or of all where there are no more. A part and not only as much as is needed, since all of them are
  /// looked through.
  ///
  /// - Returns: false where there is nothing to give up.
  private mutating func shortenActive(of family: Int, _ gone: inout [SpanRecording]) -> Bool {
    let records = families[family].activeRecords
    let before = families[family].activeBytes
    for record in records where !record.spans.isEmpty && record.bytes >= before / records.count / 2 {
      let count = (record.spans.count + 1) / 2
      let spans = Array(record.spans.prefix(count))
      gone += spans
      record.spans.removeFirst(count)
      add(-spans.reduce(0) { $0 + $1.byteCount }, to: record)
      leaveOut(count, of: record)
    }
    guard before - families[family].activeBytes < before / 16 else { return true }
    let hidden = records.dropFirst(TraceFamily.shownActive)
    let youngest = hidden.isEmpty ? records[...] : hidden
    for record in youngest.suffix((youngest.count + 1) / 2) { drop(record, &gone) }
    return families[family].activeBytes < before
  }

  /// Keeps nothing of the record any more.
  mutating func drop(_ record: TraceRecord, _ gone: inout [SpanRecording]) {
    add(-record.bytes, to: record)
    families[record.family].unlistActive(record)
    gone += record.spans
    record.spans = []
  }
}

extension SpanRecording.Beginning {
  /// What a trace that begins with this span is kept among, where it is not said: the first word of the name.
  var family: String {
    guard let space = name.utf8.firstIndex(of: UInt8(ascii: " ")) else { return name }
    return String(name[..<space])
  }
}

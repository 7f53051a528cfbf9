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
    /// Of the records of each family, the active ones included.
    var familyBytes: [Int] = []
    var bytes = 0
    var leftOut: UInt64 = 0
  }

  private let limit: Int
  let state: Locked<State>

  /// - Parameter bytes: about how much memory everything may take.
  init(bytes: Int) {
    limit = min(max(bytes, 0), 1 << 30)
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
      state.add(record.bytes, to: index)
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
      if isRoot { state.end(record, at: end ?? record.start, &gone) }
      guard record.bytes > 0, bytes <= limit / 8, record.spans.count < TraceRecord.spanLimit else {
        record.leftOut += 1
        state.leftOut += 1
        return
      }
      record.spans.append(span)
      record.bytes += bytes
      state.add(bytes, to: record.family)
      state.giveUp(downTo: limit, &gone)
      // What is too much now is all active, unless the record itself was given up.
      guard state.bytes > limit, let last = record.spans.popLast() else { return }
      gone.append(last)
      record.bytes -= bytes
      record.leftOut += 1
      state.leftOut += 1
      state.add(-bytes, to: record.family)
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
    familyBytes.append(0)
    return families.count - 1
  }

  mutating func add(_ count: Int, to family: Int) {
    bytes += count
    familyBytes[family] += count
  }

  mutating func end(_ record: TraceRecord, at end: Int64, _ gone: inout [SpanRecording]) {
    record.end = end
    let duration = end.clampedDistance(from: record.start)
    families[record.family].leaveActive(record)
    families[record.family].count(record, duration: duration)
    guard record.bytes > 0 else { return }
    for old in families[record.family].list(record, duration: duration) { drop(old, &gone) }
  }

  /// Gives up records that have ended until everything fits, or none is left. The family that takes most
  /// gives.
  mutating func giveUp(downTo limit: Int, _ gone: inout [SpanRecording]) {
    while bytes > limit {
      let rich = families.indices.filter { !families[$0].isEmpty }.max { familyBytes[$0] < familyBytes[$1] }
      guard let rich else { return }
      if let record = families[rich].giveUpOne() { drop(record, &gone) }
    }
  }

  /// Keeps nothing of the record any more.
  mutating func drop(_ record: TraceRecord, _ gone: inout [SpanRecording]) {
    add(-record.bytes, to: record.family)
    record.bytes = 0
    gone += record.spans
    record.spans = []
  }
}

extension SpanRecording.Beginning {
  /// What a trace that begins with this span is kept among, where it is not said: the first word of the name.
  var family: String { String(name.prefix { $0 != " " }) }
}

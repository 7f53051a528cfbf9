// Which traces can still be looked at, without any collector?

import CObservabilityShims
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

  /// The store, and room for events that were taken from a stripe.
  private struct Guarded: ~Copyable {
    var state = State()
    var taken = TraceEvents()
  }

  // What stripes may hold is not for the store to hold.
  private let limit: Int
  private let alwaysKept: KeptTraces?
  nonisolated(unsafe) private let stripes: UnsafeMutableBufferPointer<TraceEventStripe>
  private let lock = Lock()
  @exclusivity(unchecked) nonisolated(unsafe) private var guarded = Guarded()

  /// - Parameters:
  ///   - bytes: about how much memory everything may take.
  ///   - alwaysKept: which traces are kept that are not sampled.
  init(bytes: Int, alwaysKept: KeptTraces? = nil) {
    let bytes = min(max(bytes, 0), 1 << 30)
    let count = Int(mailobs_stripe_count())
    let share = min(bytes / 16 / count, 64 * 1024)
    limit = bytes - share * count
    self.alwaysKept = alwaysKept
    stripes = .allocate(capacity: count)
    for index in 0..<count { stripes.initializeElement(at: index, to: TraceEventStripe(byteLimit: share)) }
  }

  deinit {
    stripes.deinitialize()
    stripes.deallocate()
  }

  /// A root was started.
  func begin(_ beginning: SpanRecording.Beginning, _ context: TraceContext, family: String?) -> TraceRecord {
    let family = (family ?? beginning.family).cut(toBytes: SpanLimits.nameLength)
    let record = TraceRecord(beginning, context, family: family)
    add(TraceEvent(kind: .began, record: record, time: beginning.wall, byteCount: record.bytes))
    return record
  }

  /// A span has ended.
  func add(
    _ span: SpanRecording, _ ending: SpanRecording.Ending, to record: consuming TraceRecord, isRoot: Bool
  ) {
    record.mark(isOver: isRoot, hasFailed: ending.hasFailed, isSampled: span.context.isSampled)
    add(
      TraceEvent(
        kind: isRoot ? .rootEnded : .ended, record: record, span: span, time: ending.time,
        byteCount: ending.byteCount))
  }

  /// A root will never end.
  func abandon(_ record: TraceRecord) {
    record.mark(isOver: true, hasFailed: false, isSampled: false)
    add(TraceEvent(kind: .abandoned, record: record, time: record.start, byteCount: 0))
  }

  // MARK: - From the stripes to the store

  private func add(_ event: consuming TraceEvent) {
    let index = Int(mailobs_thread_stripe())
    switch stripes[index].append(event) {
    case .low: break
    case .due:
      // While somebody else is in the store there still is room for a few.
      if lock.tryLock() { tell(index) }
    case .full:
      lock.lock()
      tell(index)
    }
  }

  /// Tells the store what a stripe has, and gives back the lock.
  @inline(never)
  private func tell(_ index: Int) {
    // What is taken out is freed with the lock given back, here and below.
    var gone: [GivenUp] = []
    defer { withExtendedLifetime(gone) {} }
    stripes[index].take(&guarded.taken)
    gone.reserveCapacity(guarded.taken.count)
    guarded.taken.removeAll { guarded.state.apply($0, limit, alwaysKept, &gone) }
    lock.unlock()
  }

  /// Runs `body` with everything that has happened so far.
  func withState<Result>(_ body: (inout State) -> Result) -> Result {
    var gone: [GivenUp] = []
    defer { withExtendedLifetime(gone) {} }
    return lock.withLock {
      var all: [(time: Int64, order: Int, event: TraceEvent)] = []
      for index in stripes.indices {
        stripes[index].take(&guarded.taken)
        // In each stripe events are in their order, whatever times they say.
        var last = Int64.min
        guarded.taken.removeAll { event in
          last = max(last, event.time)
          all.append((last, all.count, event))
        }
      }
      all.sort { ($0.time, $0.order) < ($1.time, $1.order) }
      for (_, _, event) in all { guarded.state.apply(event, limit, alwaysKept, &gone) }
      return body(&guarded.state)
    }
  }
}

/// What is not kept any more, and is to be freed.
struct GivenUp {
  let record: TraceRecord
  let spans: SpanList

  init(_ record: TraceRecord, _ spans: SpanList) {
    self.record = record
    self.spans = spans
  }
}

extension RecentTraces.State {
  mutating func apply(_ event: TraceEvent, _ limit: Int, _ alwaysKept: KeptTraces?, _ gone: inout [GivenUp]) {
    let record = event.record
    // Another stripe may have told of its end before.
    if record.family == nil, event.kind != .began || !record.isOver { begin(record, limit, &gone) }
    switch event.kind {
    case .began: break
    case .ended, .rootEnded: if let span = event.span { add(span, event, limit, alwaysKept, &gone) }
    case .abandoned:
      withFamily(of: record) { $0.leaveActive(record) }
      drop(record, &gone)
    }
  }

  private mutating func begin(_ record: TraceRecord, _ limit: Int, _ gone: inout [GivenUp]) {
    record.family = .passUnretained(families[index(of: record.familyName)])
    withFamily(of: record) { $0.begin(record) }
    bytes += record.bytes
    giveUp(downTo: limit, &gone)
    if bytes > limit { drop(record, &gone) }
  }

  private mutating func add(
    _ span: SpanRecording, _ event: TraceEvent, _ limit: Int, _ alwaysKept: KeptTraces?,
    _ gone: inout [GivenUp]
  ) {
    let record = event.record
    let isRoot = event.kind == .rootEnded
    if isRoot { end(record, at: event.time, alwaysKept, &gone) }
    guard !record.isUnwanted else { return }
    let hasRoom = isRoot || record.spans.count < TraceRecord.spanLimit
    guard record.bytes > 0, event.byteCount <= limit / 8, hasRoom else { return leaveOut(1, of: record) }
    record.spans.append(span)
    add(event.byteCount, to: record)
    giveUp(downTo: limit, &gone)
    // What is too much now cannot be given up, unless the record itself was.
    guard bytes > limit, let last = record.spans.popLast() else { return }
    gone.append(GivenUp(record, SpanList([last])))
    add(-event.byteCount, to: record)
    leaveOut(1, of: record)
  }

  private func withFamily(of record: TraceRecord, _ body: (TraceFamily) -> Void) {
    record.family?._withUnsafeGuaranteedRef(body)
  }

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
    withFamily(of: record) { $0.add(count, to: record) }
  }

  mutating func leaveOut(_ count: Int, of record: TraceRecord) {
    record.leftOut += count
    leftOut += UInt64(count)
  }

  private mutating func end(
    _ record: TraceRecord, at end: Int64, _ alwaysKept: KeptTraces?, _ gone: inout [GivenUp]
  ) {
    record.end = end
    let duration = end.clampedDistance(from: record.start)
    withFamily(of: record) { family in
      family.leaveActive(record)
      family.count(record, duration: duration)
    }
    guard record.bytes > 0 else { return }
    guard record.isSampled || alwaysKept?.contains(record, duration: duration) == true else {
      record.isUnwanted = true
      return drop(record, &gone)
    }
    withFamily(of: record) { $0.list(record, duration: duration) }
    while let old = record.family?._withUnsafeGuaranteedRef({ $0.removeUnlisted() }) { drop(old, &gone) }
  }

  /// Gives up what is kept until everything fits, or nothing is left that can be. The family that takes most
  /// gives, and in it those that have ended or those that are active, whichever take more.
  mutating func giveUp(downTo limit: Int, _ gone: inout [GivenUp]) {
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
  private mutating func shortenActive(of family: Int, _ gone: inout [GivenUp]) -> Bool {
    let records = families[family].activeRecords
    let before = families[family].activeBytes
    for record in records where record.spans.count > 0 && record.bytes >= before / records.count / 2 {
      let spans = record.spans.removeFirstHalf()
      add(-spans.reduce(0) { $0 + $1.byteCount }, to: record)
      leaveOut(spans.count, of: record)
      gone.append(GivenUp(record, SpanList(spans)))
    }
    guard before - families[family].activeBytes < before / 16 else { return true }
    let hidden = records.dropFirst(TraceFamily.shownActive)
    let youngest = hidden.isEmpty ? records[...] : hidden
    for record in youngest.suffix((youngest.count + 1) / 2) { drop(record, &gone) }
    return families[family].activeBytes < before
  }

  /// Keeps nothing of the record any more.
  mutating func drop(_ record: TraceRecord, _ gone: inout [GivenUp]) {
    add(-record.bytes, to: record)
    withFamily(of: record) { $0.unlistActive(record) }
    gone.append(GivenUp(record, record.spans.removeAll()))
  }
}

extension SpanRecording.Beginning {
  /// What a trace that begins with this span is kept among, where it is not said: the first word of the name.
  var family: String {
    let word = name.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.firstIndex(of: UInt8(ascii: " ")).map { String(decoding: bytes[..<$0], as: UTF8.self) } ?? name
    }
    return word ?? name
  }
}

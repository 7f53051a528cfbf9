// Which traces of one family are kept?

/// The traces of one family, guarded by the lock of ``RecentTraces``.
final class TraceFamily: @unchecked Sendable {
  /// Of each list.
  static let listLimit = 10
  /// Of the active ones that are shown: the oldest.
  static let shownActive = 128

  let name: String
  /// About as much memory as its records take, the active ones included.
  @exclusivity(unchecked) private(set) var bytes = 0
  /// Of the active ones alone.
  @exclusivity(unchecked) private(set) var activeBytes = 0
  @exclusivity(unchecked) private(set) var activeCount = 0
  @exclusivity(unchecked) private(set) var endedCount: UInt64 = 0
  @exclusivity(unchecked) private(set) var errorCount: UInt64 = 0
  @exclusivity(unchecked) private(set) var classCounts = [UInt64](
    repeating: 0, count: LatencyClass.bounds.count)
  /// The newest ones, those of each latency class, those with errors: what is given up first comes first.
  @exclusivity(unchecked) private(set) var lists = [[TraceRecord]](
    repeating: [], count: LatencyClass.bounds.count + 2)
  // The active ones that are kept, in the order in which they began, and gaps where one was.
  @exclusivity(unchecked) private var active: [TraceRecord?] = []
  @exclusivity(unchecked) private var gaps = 0
  @exclusivity(unchecked) private var unlisted: [TraceRecord] = []

  static let newest = 0
  static let errors = LatencyClass.bounds.count + 1

  init(name: String) { self.name = name }

  // MARK: - Active ones

  func begin(_ record: TraceRecord) {
    activeCount += 1
    bytes += record.bytes
    // One that is over already is as good as ended.
    guard !record.isOver else { return }
    activeBytes += record.bytes
    record.activeIndex = active.count
    active.append(record)
  }

  func leaveActive(_ record: TraceRecord) {
    activeCount -= 1
    unlistActive(record)
  }

  /// Takes the record out of the active ones that are kept, in which it may not be.
  func unlistActive(_ record: TraceRecord) {
    guard let index = record.activeIndex else { return }
    activeBytes -= record.bytes
    record.activeIndex = nil
    active[index] = nil
    gaps += 1
    // So that all gaps together cost no more than what made them.
    guard gaps > 32, gaps > active.count / 2 else { return }
    active.removeAll { $0 == nil }
    gaps = 0
    for (index, record) in active.enumerated() { record?.activeIndex = index }
  }

  /// The active ones that are kept, the oldest first.
  var activeRecords: [TraceRecord] { active.compactMap { $0 } }

  /// The oldest of them.
  var shownActiveRecords: [TraceRecord] {
    Array(active.lazy.compactMap { $0 }.prefix(TraceFamily.shownActive))
  }

  /// Says that the record takes so much more.
  func add(_ count: Int, to record: TraceRecord) {
    record.bytes += count
    bytes += count
    if record.activeIndex != nil { activeBytes += count }
  }

  // MARK: - Those that have ended

  /// Counts a record that has ended; its duration is in nanoseconds.
  func count(_ record: TraceRecord, duration: Int64) {
    endedCount += 1
    classCounts[LatencyClass.index(of: duration)] += 1
    if record.hasErrors { errorCount += 1 }
  }

  /// Lists a record that has ended, and takes older ones off their lists: see ``removeUnlisted()``.
  func list(_ record: TraceRecord, duration: Int64) {
    list(record, at: TraceFamily.newest)
    list(record, at: 1 + LatencyClass.index(of: duration))
    if record.hasErrors { list(record, at: TraceFamily.errors) }
  }

  private func list(_ record: TraceRecord, at place: Int) {
    record.places += 1
    guard lists[place].count >= TraceFamily.listLimit else { return lists[place].append(record) }
    // In place: this is what most traces come to.
    let old = lists[place].withUnsafeMutableBufferPointer { list in
      let old = list.moveElement(from: 0)
      for index in 1..<list.count { list.initializeElement(at: index - 1, to: list.moveElement(from: index)) }
      list.initializeElement(at: list.count - 1, to: record)
      return old
    }
    old.places -= 1
    if old.places == 0 { unlisted.append(old) }
  }

  /// One of the records that are in no list any more since others came.
  func removeUnlisted() -> TraceRecord? { unlisted.popLast() }

  /// Whether there is anything that could be given up.
  var isEmpty: Bool { lists.allSatisfy(\.isEmpty) }

  /// Takes one record off one list: what is short and fine goes before what is long or failed, and the last
  /// one of each list goes last.
  ///
  /// - Returns: the record if it is in no list any more.
  func giveUpOne() -> TraceRecord? {
    let place = lists.firstIndex { $0.count > 1 } ?? lists.firstIndex { !$0.isEmpty }
    return place.flatMap { removeFirst(of: $0) }
  }

  private func removeFirst(of place: Int) -> TraceRecord? {
    let record = lists[place].removeFirst()
    record.places -= 1
    return record.places == 0 ? record : nil
  }

  /// The records that are listed, each once, and the active ones that are shown.
  var records: [TraceRecord] {
    var seen: Set<ObjectIdentifier> = []
    return (lists.joined() + shownActiveRecords).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }
}

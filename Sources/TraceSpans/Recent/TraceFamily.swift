// Which traces of one family are kept?

/// The traces of one family, guarded by the lock of ``RecentTraces``.
struct TraceFamily {
  /// Of each list.
  static let listLimit = 10
  /// Of the active ones that can be shown: the oldest stay.
  static let activeLimit = 128

  let name: String
  private(set) var active: [TraceRecord] = []
  private(set) var activeCount = 0
  private(set) var endedCount: UInt64 = 0
  private(set) var errorCount: UInt64 = 0
  private(set) var classCounts = [UInt64](repeating: 0, count: LatencyClass.bounds.count)
  /// The newest ones, those of each latency class, those with errors: what is given up first comes first.
  private(set) var lists = [[TraceRecord]](repeating: [], count: LatencyClass.bounds.count + 2)

  static let newest = 0
  static let errors = LatencyClass.bounds.count + 1

  init(name: String) { self.name = name }

  mutating func begin(_ record: TraceRecord) {
    activeCount += 1
    guard active.count < TraceFamily.activeLimit else { return }
    record.activeIndex = active.count
    active.append(record)
  }

  /// Takes the record out of the active ones.
  mutating func leaveActive(_ record: TraceRecord) {
    activeCount -= 1
    guard let index = record.activeIndex else { return }
    record.activeIndex = nil
    let last = active.removeLast()
    guard last !== record else { return }
    active[index] = last
    last.activeIndex = index
  }

  /// Counts a record that has ended; its duration is in nanoseconds.
  mutating func count(_ record: TraceRecord, duration: Int64) {
    endedCount += 1
    classCounts[LatencyClass.index(of: duration)] += 1
    if record.hasErrors { errorCount += 1 }
  }

  /// Lists a record that has ended, and takes older ones off their lists.
  ///
  /// - Returns: those that are in no list any more.
  mutating func list(_ record: TraceRecord, duration: Int64) -> [TraceRecord] {
    var gone: [TraceRecord] = []
    var places = [TraceFamily.newest, 1 + LatencyClass.index(of: duration)]
    if record.hasErrors { places.append(TraceFamily.errors) }
    record.places = places.count
    for place in places {
      lists[place].append(record)
      if lists[place].count > TraceFamily.listLimit, let old = removeFirst(of: place) { gone.append(old) }
    }
    return gone
  }

  /// Whether there is anything that could be given up.
  var isEmpty: Bool { lists.allSatisfy(\.isEmpty) }

  /// Takes one record off one list: what is short and fine goes before what is long or failed, and the last
  /// one of each list goes last.
  ///
  /// - Returns: the record if it is in no list any more.
  mutating func giveUpOne() -> TraceRecord? {
    let place = lists.firstIndex { $0.count > 1 } ?? lists.firstIndex { !$0.isEmpty }
    return place.flatMap { removeFirst(of: $0) }
  }

  private mutating func removeFirst(of place: Int) -> TraceRecord? {
    let record = lists[place].removeFirst()
    record.places -= 1
    return record.places == 0 ? record : nil
  }

  /// The records that are listed, each once, and the active ones.
  var records: [TraceRecord] {
    var seen: Set<ObjectIdentifier> = []
    return (lists.joined() + active).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }
}

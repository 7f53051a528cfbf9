// How are the series of a bounded family found by their label values, and their number bounded?

import ObservabilityPlatform
import Synchronization

/// The series of a family whose label values come from outside.
///
/// A look-up takes one of several locks, each on a cache line of its own: a thread stays on its own lock, so look-ups do
/// not meet. A change takes all of them, one series at a time and for a few stores: what it needs is allocated before, and
/// what it leaves is given back after. Past the limit, a new combination is recorded under `other` in every label, and the
/// overflow is counted.
@usableFromInline
package final class SeriesIndex: @unchecked Sendable {
  let list = SeriesList()
  let labelNames: SeriesLabelNames
  /// How many of the first labels are closed, and keep their values where the others are `other`.
  private let pinned: Int
  private let limit: Int
  private let make: @Sendable (SeriesLabels) -> MetricInstrument
  let context: InstrumentContext
  private let overflow: Counter?
  let hashing = LabelHash()
  let idle: IdleExpiry

  // One who changes at a time, before he takes the locks of those who look up.
  let changing = Lock()
  private let locks: UnsafeMutableRawPointer
  // Read with `changing` or any of `locks` held, changed with all of them. Behind an address, since each use of a class's
  // own property is checked for exclusivity.
  private let table: UnsafeMutablePointer<SeriesTable>
  /// By the values that are pinned.
  private var others: [[LabelText]: MetricInstrument] = [:]
  private var isClosed = false
  private var largestSlice = 0

  /// - Parameter idleTimeout: how long a series stays that nobody uses; nil for ever.
  init(
    labelNames: SeriesLabelNames, pinned: Int = 0, limit: Int, idleTimeout: Duration? = nil,
    context: InstrumentContext,
    overflow: Counter?, make: @escaping @Sendable (SeriesLabels) -> MetricInstrument
  ) {
    self.labelNames = labelNames
    self.pinned = pinned
    self.limit = max(0, min(limit, 1 << 28))
    idle = IdleExpiry(timeout: idleTimeout)
    self.context = context
    self.overflow = overflow
    self.make = make
    table = .allocate(capacity: 1)
    table.initialize(to: SeriesTable())
    locks = .allocate(byteCount: Stripes.count * Stripes.stride, alignment: Stripes.stride)
    for stripe in 0..<Stripes.count { lock(stripe).initialize(to: WordLock()) }
  }

  deinit {
    locks.deallocate()
    table.deinitialize(count: 1)
    table.deallocate()
  }

  @inline(__always)
  private func lock(_ stripe: Int) -> UnsafeMutablePointer<WordLock> {
    (locks + stripe &* Stripes.stride).assumingMemoryBound(to: WordLock.self)
  }

  /// Takes the calling thread's lock.
  @inline(__always)
  func lockOwn() -> UnsafeMutablePointer<WordLock> {
    let own = lock(Stripes.current())
    return own.pointee.tryLock() ? own : lockAnother()
  }

  /// Takes another lock, which is the thread's from now on: two that share one would meet there each time.
  @inline(never)
  private func lockAnother() -> UnsafeMutablePointer<WordLock> {
    let other = lock(Stripes.move())
    other.pointee.lock()
    return other
  }

  /// How many series there are, `other` included.
  var count: Int { reading { table.pointee.count + others.count } }

  func reading<Result>(_ body: () -> Result) -> Result {
    let own = lockOwn()
    defer { own.pointee.unlock() }
    return body()
  }

  /// With `changing` held: keeps everybody out who looks up.
  private func withTable<Result>(_ body: (inout SeriesTable) -> Result) -> Result {
    for stripe in 0..<Stripes.count { lock(stripe).pointee.lock() }
    defer { for stripe in 0..<Stripes.count { lock(stripe).pointee.unlock() } }
    return body(&table.pointee)
  }

  // MARK: - Looking up

  // One function for each number of labels, so that the generic one is specialised here and callers in other
  // modules need not be.
  @usableFromInline
  func find(_ first: String) -> MetricInstrument {
    withKey(first) { find($0) } ?? find([first])
  }

  @usableFromInline
  func find(_ first: String, _ second: String) -> MetricInstrument {
    withKey(first, second) { find($0) } ?? find([first, second])
  }

  @usableFromInline
  func find(_ first: String, _ second: String, _ third: String) -> MetricInstrument {
    withKey(first, second, third) { find($0) } ?? find([first, second, third])
  }

  @usableFromInline
  func find(_ first: String, _ second: String, _ third: String, _ fourth: String) -> MetricInstrument {
    withKey(first, second, third, fourth) { find($0) } ?? find([first, second, third, fourth])
  }

  /// The series of any number of values.
  func find(_ values: [String]) -> MetricInstrument { find(KeyOfTexts(values: values)) }

  @inline(__always)
  private func find(_ key: some LabelKey) -> MetricInstrument {
    let hash = key.hash(hashing)
    let own = lockOwn()
    if let found = held(key, hash: hash) {
      own.pointee.unlock()
      return found.takeRetainedValue()
    }
    own.pointee.unlock()
    return admitted(key, hash: hash)
  }

  /// The series of a key, retained, with one of the locks held.
  @inline(__always)
  private func held(_ key: some LabelKey, hash: UInt64) -> Unmanaged<MetricInstrument>? {
    inUse(key, hash: hash)?.retain()
  }

  /// The series of a key, with one of the locks held and as long as it is.
  @inline(__always)
  func inUse(_ key: some LabelKey, hash: UInt64) -> Unmanaged<MetricInstrument>? {
    guard let position = position(of: key, hash: hash),
      let series = list.series(position)
    else { return nil }
    let slot = list.slot(position)
    if slot.pointee.lastUse.load(ordering: .relaxed) != 0 {
      slot.pointee.lastUse.store(0, ordering: .relaxed)
    }
    return series
  }

  @inline(__always)
  func position(of key: some LabelKey, hash: UInt64) -> Int? {
    table.pointee.position(of: hash) { position in
      list.series(position)?._withUnsafeGuaranteedRef { key.equals($0.labels) }
        ?? false
    }
  }

  // MARK: - Admission

  @inline(never)
  func admitted(_ key: some LabelKey, hash: UInt64) -> MetricInstrument {
    switch admission(of: key, hash: hash) {
    case .own(let series): series.takeRetainedValue()
    case .other(let reason): other(for: reason, pinned == 0 ? [] : key.values)
    }
  }

  /// Where the recordings under a key go that was not found a moment ago.
  private func admission(of key: some LabelKey, hash: UInt64) -> LabelAdmission {
    if let problem = key.problem(pinned: pinned) { return .other(problem) }
    guard !key.isShownDifferently else {
      context.reject(.invalidLabel)
      let shown = KeyOfTexts(shown: key.values)
      return admission(of: shown, hash: shown.hash(hashing))
    }
    // Whether there is room means something only together with a look at who is there.
    let known: LabelAdmission? = reading {
      if let found = held(key, hash: hash) { return .own(found) }
      return isClosed ? .other(.isClosed) : isFull ? .other(.isFull) : nil
    }
    return known ?? create(key, hash: hash)
  }

  private var isFull: Bool { table.pointee.count >= limit }

  private func create(_ key: some LabelKey, hash: UInt64) -> LabelAdmission {
    changing.withLock {
      // Another thread may have been faster.
      if let found = held(key, hash: hash) { return .own(found) }
      guard !isClosed else { return .other(.isClosed) }
      guard !isFull else { return .other(.isFull) }
      let series = make(labels(key.values, hash: hash))
      if table.pointee.needsRoom {
        let room = table.pointee.makeRoom()
        withTable { $0.grow(into: room) }
      }
      let position = list.insert(series)
      let emptied = withTable {
        $0.insert(hash, at: position)
        return $0.takeEmptied()
      }
      emptied?.discard()
      return .own(.passRetained(series))
    }
  }

  /// The series that takes what has no series of its own.
  func other(for reason: OtherReason, _ values: [String]) -> MetricInstrument {
    switch reason {
    case .tooLong: context.reject(.invalidLabel)
    case .isFull: overflow?.increment()
    case .namedOther, .isClosed: break
    }
    let kept = pinnedValues(of: values)
    if let other = reading({ others[kept] }) { return other }
    return changing.withLock {
      if let other = others[kept] { return other }
      let rest = [String](repeating: LabelValue.other, count: labelNames.current.count - kept.count)
      let series = make(labels(kept.map(\.text) + rest, hash: 0))
      if isClosed { series.markRemoved() } else { _ = list.insert(series) }
      withTable { _ in others[kept] = series }
      return series
    }
  }

  private func pinnedValues(of values: [String]) -> [LabelText] {
    pinned == 0 ? [] : values.prefix(pinned).map { LabelText($0) }
  }

  private func labels(_ values: [String], hash: UInt64) -> SeriesLabels {
    SeriesLabels(
      names: labelNames.current, values: values, hash: hash, constants: context.constantLabels,
      omitsEmpty: labelNames.isSparse)
  }

  /// The series that stands for values which are all `other`, if they are and it is there; one of the locks is held.
  func other(of values: [String]) -> MetricInstrument? { others[pinnedValues(of: values)] }

  /// Whether the values of a key are those of a series that takes what has none of its own.
  func isOther(_ key: some LabelKey) -> Bool { key.problem(pinned: pinned) == .namedOther }

  // MARK: - Removal

  /// Takes out the series with these values; false when there is none. `other` stays.
  func remove(_ values: [String]) -> Bool {
    let key = KeyOfTexts(shown: values)
    let hash = key.hash(hashing)
    return changing.withLock {
      guard let position = position(of: key, hash: hash) else { return false }
      return discard(position) { _ in true }
    }
  }

  /// Takes out the series at a position, with `changing` held and if `isWanted` while nobody looks up.
  func discard(_ position: Int, if isWanted: (MetricInstrument) -> Bool) -> Bool {
    guard let series = list.series(position)?.takeUnretainedValue(),
      !others.values.contains(where: { $0 === series })
    else { return false }
    // Looked for before as well, so that what others wait for does not come from far away in memory.
    let hash = series.labels.hash
    guard table.pointee.contains(hash, at: position) else { return false }
    let isOut = withTable { isWanted(series) && $0.remove(hash, at: position) }
    guard isOut else { return false }
    series.markRemoved()
    list.remove(position)
    return true
  }

  /// From now on recordings into what the family had, has or would have are refused and counted.
  ///
  /// The series stay readable for who reads them already.
  func close() {
    changing.withLock { withTable { _ in isClosed = true } }
    inSlices { slice in
      for position in slice {
        list.series(position)?.takeUnretainedValue().markRemoved()
      }
    }
  }

  /// Whether the family is exported no more.
  var isExported: Bool { reading { !isClosed } }

  /// How many series are looked at before others may change something.
  static let slice = 256

  /// The most series, or entries of the table, that were touched while others had to wait.
  package var mostTouched: Int { changing.withLock { max(largestSlice, table.pointee.mostTouched) } }

  /// Hands all positions to `body`, some at a time, with `changing` held.
  func inSlices(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < list.endIndex {
      changing.withLock {
        let slice = start..<min(start + SeriesIndex.slice, list.endIndex)
        largestSlice = max(largestSlice, slice.count)
        body(slice)
      }
      start += SeriesIndex.slice
    }
  }
}

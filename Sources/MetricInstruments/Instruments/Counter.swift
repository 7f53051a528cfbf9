// How does a number that only grows stay cheap to count on many threads?

import ObservabilityPlatform
public import Synchronization

/// A monotonically increasing value: connections, messages, bytes.
///
/// Amounts are non-negative. Integers are exact up to 2^63 - 1 and stay exact when floating-point amounts are
/// recorded beside them. Whatever cannot be added (negative, NaN, infinite, past the limit) is left out and
/// counted in `<namespace>_observability_rejected_total{reason}`; nothing traps. A counter that several
/// threads fight over refuses amounts of 2^32 and more once those come to 2^62 together.
///
/// All methods may be called from any thread. Recording takes no lock up to 2^55 and allocates nothing, but
/// for the one time at which a counter that several threads fight over is given a cell for each.
public final class Counter: MetricInstrument, @unchecked Sendable {
  // An amount is added first and looked at afterwards: the addition returns what was there before it. An old value with
  // the top bit set says that the word is sealed, since the series was removed or its sum is near the limit; the amount
  // is then taken back and decided on under the lock. Whether an amount came before or after the seal is settled by the
  // one order in which all threads see the changes of one word, so relaxed additions suffice on every processor, and no
  // amount is ever left in a word that nobody reads any more. Only the address of the cells needs an acquiring load,
  // the partner of the releasing store in `divide`: without it a weakly ordered processor might add to a cell before it
  // sees its first zero. Whoever still finds no cells adds to the base, which goes on counting beside them.
  @usableFromInline let base: Atomic<UInt64>
  // 0, or the address of the `CounterCells`.
  @usableFromInline let cells: Atomic<UInt>
  private let contention = Contention()
  // What is in no cell: large amounts and, once all words are sealed, everything. The top bit says that the series was
  // removed. Changed under the lock.
  private let kept = Atomic<UInt64>(0)
  // Sum of the fractional parts, as the bits of a Double.
  private let fraction = Atomic<UInt64>(0)

  package let exemplars = ExemplarSlot()
  // Where it was begun again, if it ever was.
  let origin = LazyReference<CounterOrigin>()

  /// Set in a word to which nothing may be added any more.
  static let seal: UInt64 = 1 << 63
  // Amounts below this take the fast path.
  private static let largeAmount: UInt64 = 1 << 32
  // Large amounts may come to as much before an undivided counter is sealed, and in a divided one at all.
  private static let keptLimit: UInt64 = 1 << 61
  private static let dividedLimit: UInt64 = 1 << 62
  private static let structure = Lock()

  override init(context: InstrumentContext?, labels: SeriesLabels) {
    base = Atomic(0)
    cells = Atomic(0)
    super.init(context: context, labels: labels)
  }

  deinit { currentCells?.deallocate() }

  /// Adds one.
  @inlinable
  public func increment() {
    add(upTo32Bits: 1)
  }

  /// Adds an integer amount. A negative one is refused and counted.
  public func increment(by amount: Int) {
    guard amount >= 0 else { return reject(.negative) }
    increment(by: UInt64(amount))
  }

  /// Adds an integer amount. One that would carry the sum to 2^63 or beyond is refused and counted.
  public func increment(by amount: UInt64) {
    if add(amount), isExemplarDue(in: exemplars, at: 0, of: 1) { keepCurrentExemplar(Double(amount)) }
  }

  /// Adds a floating-point amount. Its integral part joins the exact integer count. A negative, infinite or NaN
  /// amount is refused and counted.
  public func increment(by amount: Double) {
    if add(amount), isExemplarDue(in: exemplars, at: 0, of: 1) { keepCurrentExemplar(amount) }
  }

  @inline(__always)
  private func add(_ amount: UInt64) -> Bool {
    guard amount < Counter.largeAmount else { return addLarge(amount) }
    return add(upTo32Bits: amount)
  }

  /// False when the amount was refused.
  @inlinable
  @inline(__always)
  @discardableResult
  func add(upTo32Bits amount: UInt64) -> Bool {
    guard let cells = CounterCells(cells.load(ordering: .acquiring)) else {
      let old = base.wrappingAdd(amount, ordering: .relaxed).oldValue
      return CounterCells.needsLook(old) ? lookAtBase(old, adding: amount) : true
    }
    guard let stripe = Stripes.assigned else { return addFirst(amount) }
    let cell = cells.cell(stripe)
    let old = cell.pointee.count.wrappingAdd(amount, ordering: .relaxed).oldValue
    return CounterCells.needsLook(old) ? look(at: cell, old, adding: amount) : true
  }

  /// Adds one. What is not the shortest way is left to `rest`, so that a caller whose last step this is needs no frame:
  /// an atomic addition waits for what was saved on the stack before it.
  ///
  /// - Parameter rest: called where there is more to do, with what is to be handed to ``finishOne(_:)``.
  @inlinable
  @inline(__always)
  package func incrementShortest(_ rest: (_ old: UInt64?) -> Void) {
    guard cells.load(ordering: .acquiring) == 0 else { return rest(nil) }
    let old = base.wrappingAdd(1, ordering: .relaxed).oldValue
    if CounterCells.needsLook(old) { rest(old) }
  }

  /// Does the rest of ``incrementShortest(_:)``.
  ///
  /// - Parameter old: what was there before the one was added, or nil when it is still to be added.
  @inline(never)
  package func finishOne(_ old: UInt64?) {
    if let old { _ = lookAtBase(old, adding: 1) } else { add(upTo32Bits: 1) }
  }

  /// What an addition of one has left to be looked at, and where: in a cell, or nil for the base.
  struct Look {
    let cell: UnsafeMutablePointer<CounterCells.Cell>?
    let old: UInt64
  }

  /// Adds one. What is returned must be handed to ``finish(_:)``; this neither waits nor allocates.
  @inline(__always)
  func addOne() -> Look? {
    let cell = CounterCells(cells.load(ordering: .acquiring))?.cell(Stripes.current())
    let old =
      cell?.pointee.count.wrappingAdd(1, ordering: .relaxed).oldValue
      ?? base.wrappingAdd(1, ordering: .relaxed).oldValue
    return CounterCells.needsLook(old) ? Look(cell: cell, old: old) : nil
  }

  @inline(never)
  func finish(_ look: Look) {
    if let cell = look.cell {
      _ = self.look(at: cell, look.old, adding: 1)
    } else {
      _ = lookAtBase(look.old, adding: 1)
    }
  }

  private func add(_ amount: Double) -> Bool {
    guard amount.isFinite else { return refuse(.notFinite) }
    guard amount >= 0 else { return refuse(.negative) }
    guard amount < 0x1p63 else { return refuse(.tooLarge) }
    let whole = amount.rounded(.towardZero)
    let part = amount - whole
    if whole > 0, !add(UInt64(whole)) { return false }
    guard part > 0 else { return whole > 0 || !isRemoved || refuse(.removedSeries) }
    var old = fraction.load(ordering: .relaxed)
    while true {
      // Negative zero or less: the sign marks the sum of a removed series, as the top bit does for the count.
      guard old & Counter.seal == 0 else { return refuse(.removedSeries) }
      let new = (Double(bitPattern: old) + part).bitPattern
      let (exchanged, current) = fraction.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if exchanged { return true }
      old = current
    }
  }

  private func refuse(_ reason: RejectionReason) -> Bool {
    reject(reason)
    return false
  }

  // MARK: - Exemplars

  /// Adds an integer amount, and keeps an exemplar that leads to its cause, in place of the one before.
  ///
  /// Labels that no scraper would take (see ``Exemplar``) are left out and counted as `invalid_label`; the amount is
  /// added all the same. An amount that is refused leaves no exemplar.
  public func increment(by amount: Int = 1, exemplar: Exemplar.Labels) {
    guard amount >= 0 else { return reject(.negative) }
    increment(by: UInt64(amount), exemplar: exemplar)
  }

  /// Adds an integer amount and keeps an exemplar; see ``increment(by:exemplar:)-(Int,_)``.
  public func increment(by amount: UInt64, exemplar: Exemplar.Labels) {
    if add(amount) { keep(exemplar, value: Double(amount), in: exemplars, at: 0, of: 1) }
  }

  /// Adds a floating-point amount and keeps an exemplar; see ``increment(by:exemplar:)-(Int,_)``.
  public func increment(by amount: Double, exemplar: Exemplar.Labels) {
    if add(amount) { keep(exemplar, value: amount, in: exemplars, at: 0, of: 1) }
  }

  @inline(never)
  private func keepCurrentExemplar(_ amount: Double) {
    guard let labels = context?.exemplarSource.current else { return }
    keep(labels, value: amount, in: exemplars, at: 0, of: 1)
  }

  // MARK: - Reading

  /// The current value. Exact while all amounts were integers below 2^53; see ``integerValue`` for the rest.
  public var value: Double { reading.value }

  /// The sum of the integral parts of all amounts, exact.
  public var integerValue: UInt64 { reading.integer }

  /// The same, without regard to where the counter was begun again.
  var integerSum: UInt64 {
    var sum = base.load(ordering: .acquiring)
    if sum < Counter.seal {
      let cells = currentCells
      let kept = kept.load(ordering: .acquiring)
      if cells == nil, kept == 0 { return sum }
      cells.map { sum &+= $0.sum }
      sum &+= kept
      // The base is sealed first, so while it is not, no word read since was. What was read from a sealed word came
      // from the seal, a releasing change, or from changes after it, which hand its ordering on; the acquiring loads
      // then make the seal of the base visible to this one, on weakly ordered processors too.
      if base.load(ordering: .acquiring) < Counter.seal { return min(sum, Counter.seal - 1) }
    }
    return Counter.structure.withLock { self.kept.load(ordering: .relaxed) & ~Counter.seal }
  }

  /// The sum of the fractional parts of all amounts, without regard to where the counter was begun again.
  var fractionalSum: Double {
    Double(bitPattern: fraction.load(ordering: .relaxed) & ~Counter.seal)
  }

  // MARK: - Off the fast path

  /// Adds for a thread that has no stripe yet.
  @usableFromInline
  @inline(never)
  func addFirst(_ amount: UInt64) -> Bool {
    _ = Stripes.current()
    return add(upTo32Bits: amount)
  }

  /// Decides on an amount that was added to the base, in place of `old`. False when it is refused.
  @usableFromInline
  @inline(never)
  func lookAtBase(_ old: UInt64, adding amount: UInt64) -> Bool {
    guard old < Counter.seal else {
      base.wrappingSubtract(amount, ordering: .relaxed)
      return addSealed(amount)
    }
    if old >= CounterCells.nearlyFull { sealAll() } else if contention.isFound() { divide() }
    return true
  }

  @usableFromInline
  @inline(never)
  func look(
    at cell: UnsafeMutablePointer<CounterCells.Cell>, _ old: UInt64, adding amount: UInt64
  ) -> Bool {
    guard old < Counter.seal else {
      cell.pointee.count.wrappingSubtract(amount, ordering: .relaxed)
      return addSealed(amount)
    }
    if old >= CounterCells.nearlyFull {
      sealAll()
    } else if cell.pointee.contention.isFound() {
      // The other one may stay.
      _ = Stripes.move()
    }
    return true
  }

  @inline(never)
  private func addLarge(_ amount: UInt64) -> Bool {
    guard amount < Counter.seal else { return refuse(isRemoved ? .removedSeries : .tooLarge) }
    return decide {
      guard base.load(ordering: .relaxed) < Counter.seal else { return addToSealed(amount) }
      let sum = kept.load(ordering: .relaxed) + amount
      if sum < Counter.keptLimit || (currentCells != nil && sum < Counter.dividedLimit) {
        kept.store(sum, ordering: .releasing)
        return nil
      }
      if currentCells != nil { return .tooLarge }
      collectAll()
      return addToSealed(amount)
    }
  }

  @inline(never)
  private func addSealed(_ amount: UInt64) -> Bool { decide { addToSealed(amount) } }

  private func decide(_ body: () -> RejectionReason?) -> Bool {
    guard let reason = Counter.structure.withLock(body) else { return true }
    return refuse(reason)
  }

  // MARK: - With the lock held

  private func addToSealed(_ amount: UInt64) -> RejectionReason? {
    let sum = kept.load(ordering: .relaxed)
    if sum >= Counter.seal { return .removedSeries }
    guard sum + amount < Counter.seal else { return .tooLarge }
    kept.store(sum + amount, ordering: .relaxed)
    return nil
  }

  /// Seals every word, the base first, and keeps what they came to.
  private func collectAll() {
    // None of the up to 64 cells and the base is far beyond 2^55, and large amounts are below 2^62.
    var sum = kept.load(ordering: .relaxed)
    sum &+= base.wrappingAdd(Counter.seal, ordering: .acquiringAndReleasing).oldValue
    currentCells.map { sum &+= $0.sealAll() }
    kept.store(min(sum, Counter.seal - 1), ordering: .releasing)
  }

  // MARK: - Changes of the structure

  /// From now on the sum is exact up to its limit, and slow.
  private func sealAll() {
    Counter.structure.withLock {
      if base.load(ordering: .relaxed) < Counter.seal { collectAll() }
    }
  }

  /// Gives every thread a cell of its own.
  func divide() {
    Counter.structure.withLock {
      guard currentCells == nil, base.load(ordering: .relaxed) < CounterCells.nearlyFull else { return }
      cells.store(CounterCells.allocate().address, ordering: .releasing)
    }
  }

  /// Whether threads have a cell each.
  var isDivided: Bool { currentCells != nil }

  @inline(__always)
  private var currentCells: CounterCells? { CounterCells(cells.load(ordering: .acquiring)) }

  override var isRemoved: Bool { kept.load(ordering: .acquiring) >= Counter.seal }

  override func markRemoved() {
    Counter.structure.withLock {
      if base.load(ordering: .relaxed) < Counter.seal { collectAll() }
      kept.bitwiseOr(Counter.seal, ordering: .acquiringAndReleasing)
      fraction.bitwiseOr(Counter.seal, ordering: .acquiringAndReleasing)
    }
  }

  override var fingerprint: UInt64 { integerSum ^ fraction.load(ordering: .relaxed) }
}

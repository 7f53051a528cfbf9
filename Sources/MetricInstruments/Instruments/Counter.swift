// How does a number that only grows stay cheap to count on many threads?

import ObservabilityPlatform
public import Synchronization

/// A monotonically increasing value: connections, messages, bytes.
///
/// Amounts are non-negative. Integers are exact up to 2^63 - 1 and stay exact when floating-point amounts are
/// recorded beside them. Whatever cannot be added (negative, NaN, infinite, past the limit) is left out and
/// counted in `<namespace>_observability_rejected_total{reason}`; nothing traps. A counter that several threads fight
/// over may refuse amounts from 2^62 on, since no thread knows what the others have.
///
/// All methods may be called from any thread. Recording takes no lock and allocates nothing, but for the one
/// time at which a counter that several threads fight over is given a cell for each.
public final class Counter: MetricInstrument, @unchecked Sendable {
  // One word decides everything. With the top bit clear it is the count, and an increment is one
  // compare-and-exchange. With the top bit set the count goes on elsewhere: in the cells, or nowhere, because the
  // series was removed. A compare-and-exchange in flight when the bit is set fails, so no amount is ever added to a
  // count that nobody reads any more.
  @usableFromInline let base: Atomic<UInt64>
  // Sum of the fractional parts, as the bits of a Double.
  private let fraction: Atomic<UInt64>
  // A `CounterDivision`.
  private let division: Atomic<UInt>

  package let exemplars = ExemplarSlot()

  static let elsewhere: UInt64 = 1 << 63
  // Amounts below this take the fast path; a sum can only pass 2^63 by billions of them.
  private static let largeAmount: UInt64 = 1 << 32
  // What a divided counter may have in its base and in its cells, together less than 2^63.
  private static let dividedLimit: UInt64 = 1 << 62
  private static let structure = Lock()

  override init(context: InstrumentContext?, labels: SeriesLabels) {
    base = Atomic(0)
    fraction = Atomic(0)
    division = Atomic(0)
    super.init(context: context, labels: labels)
  }

  deinit { currentDivision.cells?.deallocate() }

  /// Adds one.
  @inlinable
  public func increment() {
    let old = base.load(ordering: .relaxed)
    let new = old &+ 1
    if Int64(bitPattern: old | new) >= 0,
      base.weakCompareExchange(expected: old, desired: new, ordering: .relaxed).exchanged
    {
      return
    }
    addElsewhere(1)
  }

  /// Adds an integer amount. A negative one is refused and counted.
  public func increment(by amount: Int) {
    guard amount >= 0 else { return reject(.negative) }
    increment(by: UInt64(amount))
  }

  /// Adds an integer amount. One that would carry the sum to 2^63 or beyond is refused and counted.
  public func increment(by amount: UInt64) {
    if add(amount), hasExemplarSource { keepCurrentExemplar(Double(amount)) }
  }

  /// Adds a floating-point amount. Its integral part joins the exact integer count. A negative, infinite or NaN
  /// amount is refused and counted.
  public func increment(by amount: Double) {
    if add(amount), hasExemplarSource { keepCurrentExemplar(amount) }
  }

  @inline(__always)
  private func add(_ amount: UInt64) -> Bool {
    guard amount < Counter.largeAmount else { return addLarge(amount) }
    let old = base.load(ordering: .relaxed)
    let new = old &+ amount
    if Int64(bitPattern: old | new) >= 0,
      base.weakCompareExchange(expected: old, desired: new, ordering: .relaxed).exchanged
    {
      return true
    }
    return addElsewhere(amount)
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
      guard old & Counter.elsewhere == 0 else { return refuse(.removedSeries) }
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
  public var value: Double {
    Double(integerValue) + fractionalValue
  }

  /// The sum of the integral parts of all amounts, exact.
  public var integerValue: UInt64 {
    var sum = base.load(ordering: .relaxed) & ~Counter.elsewhere
    if let cells = currentDivision.cells {
      for stripe in 0..<Stripes.count {
        let (total, overflow) = sum.addingReportingOverflow(
          cells.cell(stripe).pointee.load(ordering: .relaxed) & ~Counter.elsewhere)
        sum = overflow ? .max : total
      }
    }
    return min(sum, Counter.elsewhere - 1)
  }

  /// The sum of the fractional parts of all amounts.
  package var fractionalValue: Double {
    Double(bitPattern: fraction.load(ordering: .relaxed) & ~Counter.elsewhere)
  }

  // MARK: - Off the fast path

  /// False when the amount was refused.
  @usableFromInline
  @discardableResult
  func addElsewhere(_ amount: UInt64) -> Bool {
    var old = base.load(ordering: .acquiring)
    if !Counter.isElsewhere(old) { noteCollision() }
    while true {
      if Counter.isElsewhere(old) { return addToCell(amount) }
      let (new, overflow) = old.addingReportingOverflow(amount)
      guard !overflow, !Counter.isElsewhere(new) else { return refuse(.tooLarge) }
      let (exchanged, current) = base.weakCompareExchange(
        expected: old, desired: new, successOrdering: .relaxed, failureOrdering: .acquiring)
      if exchanged { return true }
      old = current
    }
  }

  private func noteCollision() {
    let seen = division.load(ordering: .relaxed)
    guard seen < CounterDivision.contentionLimit else { return }
    _ = division.compareExchange(expected: seen, desired: seen &+ 1, ordering: .relaxed)
    if seen &+ 1 == CounterDivision.contentionLimit { divide() }
  }

  private func addToCell(_ amount: UInt64) -> Bool {
    guard case .divided(let cells) = currentDivision else { return refuse(.removedSeries) }
    var cell = cells.cell(Stripes.current())
    var old = cell.pointee.load(ordering: .relaxed)
    while true {
      let new = old &+ amount
      // The limit is above any amount that comes here, so `new` has not wrapped.
      guard old | new < Counter.dividedLimit / UInt64(Stripes.count) else {
        return refuse(Counter.isElsewhere(old) ? .removedSeries : .tooLarge)
      }
      let exchanged = cell.pointee.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed
      ).exchanged
      if exchanged { return true }
      cell = cells.cell(Stripes.move())
      old = cell.pointee.load(ordering: .relaxed)
    }
  }

  @inline(never)
  private func addLarge(_ amount: UInt64) -> Bool {
    guard amount < Counter.elsewhere else { return refuse(.tooLarge) }
    // Under the lock the counter is neither divided nor removed.
    let outcome: RejectionReason? = Counter.structure.withLock {
      var old = base.load(ordering: .relaxed)
      while true {
        let isDivided = Counter.isElsewhere(old)
        if isDivided, isRemoved { return .removedSeries }
        let sum = (old & ~Counter.elsewhere) + amount
        guard sum < (isDivided ? Counter.dividedLimit : Counter.elsewhere) else { return .tooLarge }
        let (exchanged, current) = base.weakCompareExchange(
          expected: old, desired: sum | old & Counter.elsewhere, ordering: .relaxed)
        if exchanged { return nil }
        old = current
      }
    }
    if let outcome { return refuse(outcome) }
    return true
  }

  /// Gives every thread a cell of its own.
  private func divide() {
    Counter.structure.withLock {
      // Neither twice nor past the limit. Small amounts that arrive until the bit is set are nothing beside it.
      guard base.load(ordering: .relaxed) < Counter.dividedLimit / 2 else { return }
      // The address first: whoever sees the bit must find the cells.
      division.store(CounterCells.allocate().address, ordering: .releasing)
      base.bitwiseOr(Counter.elsewhere, ordering: .acquiringAndReleasing)
    }
  }

  /// Whether threads have a cell each.
  var isDivided: Bool { currentDivision.cells != nil }

  private static func isElsewhere(_ base: UInt64) -> Bool { base & elsewhere != 0 }

  @inline(__always)
  private var currentDivision: CounterDivision { CounterDivision(word: division.load(ordering: .acquiring)) }

  override var isRemoved: Bool {
    guard Counter.isElsewhere(base.load(ordering: .acquiring)) else { return false }
    // Elsewhere but without cells is nowhere.
    if case .divided = currentDivision { return false }
    return true
  }

  override func markRemoved() {
    Counter.structure.withLock {
      if let cells = currentDivision.cells {
        division.bitwiseOr(CounterDivision.removedMark, ordering: .acquiringAndReleasing)
        for stripe in 0..<Stripes.count {
          cells.cell(stripe).pointee.bitwiseOr(Counter.elsewhere, ordering: .acquiringAndReleasing)
        }
      } else {
        base.bitwiseOr(Counter.elsewhere, ordering: .acquiringAndReleasing)
      }
      fraction.bitwiseOr(Counter.elsewhere, ordering: .acquiringAndReleasing)
    }
  }

  override var fingerprint: UInt64 { integerValue ^ fraction.load(ordering: .relaxed) }
}

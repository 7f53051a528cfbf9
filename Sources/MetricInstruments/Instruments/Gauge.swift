// How does a number go up and down without a lock?

import ObservabilityPlatform
import Synchronization

/// A value that can rise and fall: queue depth, open connections, free bytes.
///
/// It is a `Double`, so integers are exact up to 2^53. NaN, infinities and results that are not finite are
/// left out and counted in `<namespace>_observability_rejected_total{reason}`; nothing traps. All methods may
/// be called from any thread and allocate nothing (``track(by:)`` allocates its guard), but for the one time
/// at which a gauge that several threads raise and lower at once is divided among them. From then on a change
/// takes a lock for a few stores, and to read the value or to set it takes longer.
public final class Gauge: MetricInstrument, @unchecked Sendable {
  // A `GaugeState`. It decides, removal and division included: an exchange in flight when either happens
  // fails. Of the three only a division has anything behind it, which was written before the releasing
  // exchange of `divide`; so the word is loaded acquiring, by the exchange that fails too.
  private let state: Atomic<UInt64>
  // The state before the removal, which readers still want.
  private let last: Atomic<UInt64>
  // Since the last look for idle series; a value that is set again changes nothing else.
  private let wasRecorded = Atomic<Bool>(false)
  // How many guards are held.
  private let guards = Atomic<Int>(0)
  private let tally = LazyReference<GuardTally>()
  private let contention = Contention()
  // Made before the state says that the value is there.
  private let stripes = LazyReference<GaugeStripes>()
  private static let structure = Lock()

  private var heldTally: GuardTally? { Unmanaged(address: tally.address)?.takeUnretainedValue() }
  private var heldStripes: Unmanaged<GaugeStripes>? { Unmanaged(address: stripes.address) }

  /// - Parameter absentUntilSet: whether the exposition leaves the series out until the first recording.
  init(context: InstrumentContext?, labels: SeriesLabels, absentUntilSet: Bool = false) {
    state = Atomic((absentUntilSet ? GaugeState.unset : .value(0)).word)
    last = Atomic(0)
    super.init(context: context, labels: labels)
  }

  /// Replaces the value. NaN and infinities are refused and counted.
  public func set(_ value: Double) {
    guard let tally = heldTally else { return change { _ in value } }
    tally.reset { change { _ in value } }
  }

  /// Replaces the value; integers beyond 2^53 lose their last digits.
  public func set(_ value: Int) { set(Double(value)) }

  /// Adds an amount, which may be negative.
  public func increment(by amount: Double = 1) {
    if let reason = add(amount) { reject(reason) }
  }

  /// Subtracts an amount, which may be negative.
  public func decrement(by amount: Double = 1) {
    if let reason = add(-amount) { reject(reason) }
  }

  /// Adds one (or `amount`) now and takes it away when the returned guard ends, however that comes about.
  public func track(by amount: Double = 1) -> GaugeGuard {
    GaugeGuard(self, amount: amount)
  }

  /// The current value.
  public var value: Double { shown.value }

  /// False for a gauge that starts absent and was never set.
  package var isSet: Bool { shown != .unset }

  /// What readers see: of a series that was removed its last value.
  private var shown: GaugeState {
    var current = GaugeState(word: state.load(ordering: .acquiring))
    if current == .divided {
      if let value = heldStripes?._withUnsafeGuaranteedRef({ $0.value }) { return .value(value) }
      // Removed meanwhile, under the locks that the value was looked for with.
      current = .removed
    }
    return current == .removed ? GaugeState(word: last.load(ordering: .acquiring)) : current
  }

  // MARK: - Change

  @inline(__always)
  private func change(_ change: (Double) -> Double) {
    if let reason = update(change) { reject(reason) }
  }

  /// Why an amount could not be added, or nil.
  @inline(__always)
  private func add(_ amount: Double) -> RejectionReason? {
    while true {
      let old = state.load(ordering: .acquiring)
      let new = Double(bitPattern: old) + amount
      // Every state that is no value is NaN, and then the sum is.
      guard new.isFinite else {
        return old == GaugeState.dividedWord ? addDivided(amount) : addToAll(amount)
      }
      if exchange(old, new).exchanged { return nil }
      divideIfContended()
    }
  }

  @inline(never)
  private func divideIfContended() {
    if contention.isFound() { divide() }
  }

  @inline(__always)
  private func addDivided(_ amount: Double) -> RejectionReason? {
    guard heldStripes?._withUnsafeGuaranteedRef({ $0.add(amount) }) == true else {
      return addToAll(amount)
    }
    noteRecording()
    return nil
  }

  // Not part of what calls it, which would save more registers for it than it uses itself.
  @inline(never)
  private func addToAll(_ amount: Double) -> RejectionReason? { update { $0 + amount } }

  /// Why the value could not be changed, or nil.
  @inline(__always)
  private func update(_ change: (Double) -> Double) -> RejectionReason? {
    var old = state.load(ordering: .acquiring)
    while true {
      if old == GaugeState.dividedWord, let stripes = heldStripes?.takeUnretainedValue() {
        let reason = stripes.update(change)
        if reason == nil { noteRecording() }
        return reason
      }
      guard old != GaugeState.removedWord else { return .removedSeries }
      let new = change(GaugeState(word: old).value)
      guard new.isFinite else { return .notFinite }
      let (exchanged, current) = exchange(old, new)
      if exchanged { return nil }
      old = current
    }
  }

  @inline(__always)
  private func exchange(_ old: UInt64, _ new: Double) -> (exchanged: Bool, original: UInt64) {
    let outcome = state.weakCompareExchange(
      expected: old, desired: new.bitPattern, successOrdering: .relaxed, failureOrdering: .acquiring)
    if outcome.exchanged { noteRecording() }
    return outcome
  }

  @inline(__always)
  private func noteRecording() {
    if !wasRecorded.load(ordering: .relaxed) { wasRecorded.store(true, ordering: .relaxed) }
  }

  /// Gives every thread a part of the value of its own.
  func divide() {
    // A removal holds the same lock.
    Gauge.structure.withLock {
      var old = state.load(ordering: .relaxed)
      while case .value(let value) = GaugeState(word: old) {
        // Nobody looks at it before the state says so, and nobody else makes it.
        let made = stripes.value { GaugeStripes() }
        made.prepare(value)
        let (exchanged, current) = state.compareExchange(
          expected: old, desired: GaugeState.dividedWord, ordering: .acquiringAndReleasing)
        if exchanged { return }
        old = current
      }
    }
  }

  /// Whether the value is in several parts.
  var isDivided: Bool { state.load(ordering: .relaxed) == GaugeState.dividedWord }

  // MARK: - Guards

  /// Adds what a guard holds and keeps the series in use; false when it was refused.
  func beginGuard(_ amount: Double) -> Bool {
    guards.add(1, ordering: .relaxed)
    guard let reason = addOfGuard(amount) else { return true }
    guards.subtract(1, ordering: .relaxed)
    reject(reason)
    return false
  }

  /// Takes back what a guard held.
  func endGuard(_ amount: Double) {
    let reason = addOfGuard(-amount)
    if guards.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { settle() }
    if let reason { reject(reason) }
  }

  private func addOfGuard(_ amount: Double) -> RejectionReason? {
    // Whole numbers are added exactly, as long as there are no others.
    let tally = amount == amount.rounded() ? heldTally : tally.value { GuardTally() }
    guard let tally else { return add(amount) }
    return tally.add { rounding in
      update { old in
        let new = old + amount
        rounding = GuardTally.rounding(of: new, from: old, amount)
        return new
      }
    }
  }

  /// No guard is held, so what rounding left behind goes.
  private func settle() {
    heldTally?.settle { rounding in
      guard guards.load(ordering: .relaxed) == 0 else { return false }
      return update { $0 + rounding } == nil
    }
  }

  // MARK: - As a series

  override var isRemoved: Bool { state.load(ordering: .acquiring) == GaugeState.removedWord }

  override func markRemoved() {
    // One at a time, or the state that one has kept could be replaced by an older one of another.
    Gauge.structure.withLock {
      var old = state.load(ordering: .acquiring)
      if old == GaugeState.dividedWord {
        heldStripes?.takeUnretainedValue().remove { last.store($0.bitPattern, ordering: .releasing) }
        return state.store(GaugeState.removedWord, ordering: .releasing)
      }
      while old != GaugeState.removedWord {
        last.store(old, ordering: .relaxed)
        let (exchanged, current) = state.compareExchange(
          expected: old, desired: GaugeState.removedWord, ordering: .acquiringAndReleasing)
        if exchanged { return }
        old = current
      }
    }
  }

  override func wasUsed(since last: inout UInt64) -> Bool {
    let isHeld = guards.load(ordering: .relaxed) > 0
    return wasRecorded.exchange(false, ordering: .relaxed) || isHeld
  }
}

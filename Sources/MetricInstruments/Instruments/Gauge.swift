// How does a number go up and down without a lock?

import Synchronization

/// A value that can rise and fall: queue depth, open connections, free bytes.
///
/// It is a `Double`, so integers are exact up to 2^53. NaN, infinities and results that are not finite are left
/// out and counted in `<namespace>_observability_rejected_total{reason}`; nothing traps. All methods may be called
/// from any thread, take no lock and allocate nothing (``track(by:)`` allocates its guard).
public final class Gauge: MetricInstrument, @unchecked Sendable {
  private let bits: Atomic<UInt64>

  // A gauge never holds NaN, so one NaN is free to mean that the series was removed, and another that nothing
  // was set yet.
  private static let removed: UInt64 = 0x7FF8_0000_0000_0001
  private static let unset: UInt64 = 0x7FF8_0000_0000_0002

  /// - Parameter absentUntilSet: whether the exposition leaves the series out until the first recording.
  init(context: InstrumentContext?, labels: SeriesLabels, absentUntilSet: Bool = false) {
    bits = Atomic(absentUntilSet ? Gauge.unset : 0)
    super.init(context: context, labels: labels)
  }

  /// Replaces the value. NaN and infinities are refused and counted.
  public func set(_ value: Double) {
    update { _ in value }
  }

  /// Replaces the value; integers beyond 2^53 lose their last digits.
  public func set(_ value: Int) { set(Double(value)) }

  /// Adds an amount, which may be negative.
  public func increment(by amount: Double = 1) {
    update { $0 + amount }
  }

  /// Subtracts an amount, which may be negative.
  public func decrement(by amount: Double = 1) {
    update { $0 - amount }
  }

  /// Adds one (or `amount`) now and takes it away when the returned guard ends, however that comes about.
  public func track(by amount: Double = 1) -> GaugeGuard {
    GaugeGuard(self, amount: amount)
  }

  /// The current value.
  public var value: Double {
    let value = Double(bitPattern: bits.load(ordering: .relaxed))
    return value.isNaN ? 0 : value
  }

  @inline(__always)
  private func update(_ change: (Double) -> Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      guard old != Gauge.removed else { return reject(.removedSeries) }
      let new = change(old == Gauge.unset ? 0 : Double(bitPattern: old))
      guard new.isFinite else { return reject(.notFinite) }
      let (exchanged, current) = bits.weakCompareExchange(
        expected: old, desired: new.bitPattern, ordering: .relaxed)
      if exchanged { return }
      old = current
    }
  }

  /// False for a gauge that starts absent and was never set.
  package var isSet: Bool { bits.load(ordering: .relaxed) != Gauge.unset }

  override var isRemoved: Bool { bits.load(ordering: .relaxed) == Gauge.removed }

  override func markRemoved() { bits.store(Gauge.removed, ordering: .relaxed) }

  override var fingerprint: UInt64 { bits.load(ordering: .relaxed) }
}

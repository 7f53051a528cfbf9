// How is something counted for exactly as long as it lasts?

import Synchronization

/// Keeps a gauge raised until it ends.
///
/// A count kept by hand drifts: an error path forgets its decrement, a retry decrements twice. This one ends once,
/// by ``end()`` or when its last reference goes away, whichever comes first, from any thread. While it is held, its series
/// does not expire, and once no guard is, nothing of their amounts is left, whatever their fractions.
public final class GaugeGuard: Sendable {
  private let gauge: Gauge
  private let amount: Double
  /// What was refused when the guard began is not taken back.
  private let isCounted: Bool
  private let ended = Atomic<Bool>(false)

  init(_ gauge: Gauge, amount: Double) {
    self.gauge = gauge
    self.amount = amount
    isCounted = gauge.beginGuard(amount)
  }

  deinit { end() }

  /// Takes back what the guard added. Later calls do nothing.
  public func end() {
    guard isCounted, !ended.exchange(true, ordering: .relaxed) else { return }
    gauge.endGuard(amount)
  }
}

// How is something counted for exactly as long as it lasts?

import Synchronization

/// Keeps a gauge raised until it ends.
///
/// A count kept by hand drifts: an error path forgets its decrement, a retry decrements twice. This one ends once,
/// by ``end()`` or when its last reference goes away, whichever comes first, from any thread.
public final class GaugeGuard: Sendable {
  private let gauge: Gauge
  private let amount: Double
  private let ended = Atomic<Bool>(false)

  init(_ gauge: Gauge, amount: Double) {
    self.gauge = gauge
    self.amount = amount.isFinite ? amount : 0
    gauge.increment(by: amount)
  }

  deinit { end() }

  /// Takes back what the guard added. Later calls do nothing.
  public func end() {
    guard !ended.exchange(true, ordering: .relaxed) else { return }
    gauge.decrement(by: amount)
  }
}

// What do push notifications record?

public import MetricInstruments

/// The families of group ``MetricGroup/push``.
public struct PushMetrics: Sendable {
  /// Notifications delivered to a push service or client.
  public let deliveries: Counter
  /// Notifications that could not be delivered.
  public let deliveryFailures: Counter

  init(_ registry: Registry) throws(RegistrationError) {
    deliveries = try registry.register(
      .counter("push_deliveries_total", help: "Push notifications delivered."))
    deliveryFailures = try registry.register(
      .counter("push_delivery_failures_total", help: "Push notifications that could not be delivered."))
  }
}

// What do deliveries out of the queue record?

public import MetricInstruments

/// The families of group ``MetricGroup/delivery``.
public struct DeliveryMetrics: Sendable {
  /// Attempts to deliver, by kind of recipient and result.
  public let attempts: ClosedFamily2<Counter, RecipientKind, DeliveryResult>
  /// Duration of an attempt, in seconds.
  public let attemptDuration: ClosedFamily<Histogram, RecipientKind>
  /// From accepting a message to its final delivery, in seconds.
  public let totalDuration: Histogram
  /// Attempts under way.
  public let inFlight: Gauge

  init(_ registry: Registry) throws(RegistrationError) {
    attempts = try registry.register(
      .counter("delivery_attempts_total", help: "Delivery attempts, by kind of recipient and result."),
      by: ("recipient", RecipientKind.self), ("result", DeliveryResult.self))
    attemptDuration = try registry.register(
      .histogram(
        "delivery_attempt_duration_seconds", help: "Duration of a delivery attempt, by kind of recipient.",
        unit: "seconds"), by: ("recipient", RecipientKind.self))
    totalDuration = try registry.register(
      .histogram(
        "delivery_total_duration_seconds", help: "Time from accepting a message to its delivery.",
        unit: "seconds", buckets: .wait))
    inFlight = try registry.register(.gauge("delivery_in_flight", help: "Delivery attempts under way."))
  }
}

/// Where a message is delivered to.
public enum RecipientKind: String, ClosedLabel {
  /// A command or another program takes the message.
  case pipe
  /// A mailbox of this server, over LMTP too when that server is part of it.
  case local
  /// Another server, over SMTP, a smarthost included.
  case remote
}

/// How a delivery attempt ended.
public enum DeliveryResult: String, ClosedLabel {
  /// The next hop has accepted the message with a reply of the 200s, or the mail store has it.
  case delivered
  /// No answer in time, to the connection or to a command; whether it is tried again is the queue's matter.
  case timeout
  /// No reply and no decision of this server told the result: the connection was refused or broke.
  case error
  /// Not now: a reply of the 400s, a mail store that failed, no route yet. The message is tried again.
  case temporaryFailure = "temporary_failure"
  /// Never: a reply of the 500s, or a recipient who is not known here. The message bounces.
  case permanentFailure = "permanent_failure"
}

// What do deliveries out of the queue record?

public import MetricInstruments

/// The families of group ``MetricGroup/delivery``.
public struct DeliveryMetrics: Sendable {
  /// Attempts to deliver, by kind of recipient and result.
  public let attempts: ClosedFamily2<Counter, RecipientKind, DeliveryResult>
  /// Attempts that failed, by the reason: one for each that has another result than ``DeliveryResult/delivered``.
  public let failures: ClosedFamily<Counter, DeliveryFailure>
  /// Duration of an attempt, in seconds.
  public let attemptDuration: ClosedFamily<Histogram, RecipientKind>
  /// From accepting a message to its final delivery, in seconds.
  public let totalDuration: Histogram
  /// Attempts under way.
  public let inFlight: Gauge

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    attempts = try registry.register(
      .counter("delivery_attempts_total", help: "Delivery attempts, by kind of recipient and result."),
      by: ("recipient", RecipientKind.self), ("result", DeliveryResult.self))
    failures = try registry.register(
      .counter("delivery_failures_total", help: "Delivery attempts that failed, by reason."),
      by: ("reason", DeliveryFailure.self))
    attemptDuration = try registry.register(
      .histogram(
        "delivery_attempt_duration_seconds", help: "Duration of a delivery attempt, by kind of recipient.",
        unit: "seconds", buckets: buckets.deliveryAttempt), by: ("recipient", RecipientKind.self))
    totalDuration = try registry.register(
      .histogram(
        "delivery_total_duration_seconds", help: "Time from accepting a message to its delivery.",
        unit: "seconds", buckets: buckets.deliveryTotal))
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

/// Why a delivery attempt failed: what an operator does about each is something else.
public enum DeliveryFailure: String, ClosedLabel {
  /// The other server refused the connection: it is down, or a firewall is in between.
  case refused
  /// No answer in time, to the connection or to a command.
  case timeout
  /// The domain's mail exchangers, or their addresses, could not be looked up, or there are none.
  case dns
  /// There is no way to the other server: the network is unreachable, or no route is configured.
  case noRoute = "no_route"
  /// TLS could not be agreed on, or its certificate is not the one that is required.
  case tls
  /// A reply of the 400s: the other server asks for a later try (RFC 5321, section 4.2.1).
  case reply4xx = "reply_4xx"
  /// A reply of the 500s: the other server refuses for good (RFC 5321, section 4.2.1).
  case reply5xx = "reply_5xx"
  /// There is no such mailbox here, it is full, or the mail store failed.
  case mailbox
  /// A rule of this server: remote delivery is switched off, the message is too old or loops.
  case policy
  /// Anything else, such as a connection that broke.
  case other

  /// The failure of a reply to a command, by its code; nil for one that is no failure.
  public init?(replyCode: Int) {
    switch replyCode {
    case 400..<500: self = .reply4xx
    case 500..<600: self = .reply5xx
    case ..<400 where replyCode >= 200: return nil
    default: self = .other
    }
  }
}

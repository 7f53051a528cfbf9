// Which queries stand on more than one board?

extension Expression {
  /// The share of delivery attempts that did not deliver.
  static let failingDeliveries = rate("delivery_attempts_total", #"result!="delivered""#).sum()
    .share(of: rate("delivery_attempts_total").sum())

  /// The share of replies that refuse, now or for good. Counted from those that do not: until the first refusal there is
  /// no series of one.
  static let refusals = Expression(
    "clamp_min(1 - "
      + rate("smtp_replies_total", #"code!~"[45]..""#).sum().share(of: rate("smtp_replies_total").sum()).text
      + ", 0)")

  static let refusedLogins = rate("authentication_attempts_total", #"result!="success""#).sum()
    .share(of: rate("authentication_attempts_total").sum())

  static let imapRefusals = rate("imap_responses_total", #"result!="ok""#).sum()
    .share(of: rate("imap_responses_total").sum())

  static let jmapErrors = rate("jmap_errors_total").sum().share(of: rate("jmap_requests_total").sum())

  /// Of the server that is worst: one that is blocked hides behind the tasks of the others.
  static let executorDelay = quantile("0.99", of: "executor_delay_seconds", by: "instance").max()

  static let freeDisk = series("filesystem_avail_bytes").share(of: series("filesystem_size_bytes"))

  /// IDLE lasts as long as the client likes.
  static let withoutIdle = #"command!="idle""#

  /// The results of several families that tell the same of different checks.
  static func results(_ families: [(label: String, name: String)], _ matchers: String) -> Expression {
    let parts = families.map { family in
      let rate = rate(family.name, matchers)
      return #"label_replace(\#(rate.sum(by: "result").text), "check", "\#(family.label)", "", "")"#
    }
    return Expression(parts.joined(separator: " or "))
  }
}

/// Units that Grafana has no name for.
enum Unit {
  static let messages = "suffix: msg/s"
  static let commands = "suffix: cmd/s"
  static let logins = "suffix: logins/s"
  static let sessions = "suffix: sessions/s"
  static let perSecond = "suffix: /s"
  /// 1 pass, 0.5 warning, 0 failure.
  static let health = "health"
  /// 1 in service, 0 out of it.
  static let service = "service"
}

// Which colour says what, so that the colour-blind read it too?

/// What a colour stands for. The colours are those of Okabe and Ito (Color Universal Design, 2008), which the three common
/// kinds of colour blindness tell apart.
enum Meaning: String, Sendable, CaseIterable {
  case good = "#0072B2"
  case warning = "#E69F00"
  case bad = "#D55E00"
  /// Neither: parts of a whole.
  case first = "#56B4E9"
  case second = "#009E73"
  case third = "#CC79A7"
  case fourth = "#F0E442"
  case idle = "#999999"

  var colour: String { rawValue }

  /// Those of curves whose names say nothing of good and bad, in this order.
  static let neutral: [Meaning] = [.first, .second, .third, .good, .warning, .fourth, .idle, .bad]

  /// The values of labels and the names of curves that mean the same on every panel; patterns of regular expressions.
  static let names: [(names: String, meaning: Meaning)] = [
    ("ok|pass|success|delivered|accept|secure|exported|2[0-9][0-9]|active|yes|p50|rcpt|fetch|out", .good),
    (
      "warn|temporary_failure|softfail|temperror|rate_limited|timeout|4[0-9][0-9]|reply_4xx|deferred|retries|"
        + "insecure|dropped_queue|starttls|overload|auth|login|p95", .warning
    ),
    (
      "fail|failure|error|permanent_failure|permerror|bad|reject|rejected|5[0-9][0-9]|reply_5xx|bounced|[A-Z]+ errors|"
        + "dropped_export|p99", .bad
    ),
    ("smtp|SMTP|received|in|incoming|mean|remote|read|ehlo|select|unknown_recipient|no_route", .first),
    ("imap|IMAP|sent|local|write|submission|mail|search|spam|refused", .second),
    ("jmap|JMAP|dropped|pipe|lmtp|delete|data|store|virus|dns|loops|ended", .third),
    ("pop3|size|list|policy|quit|idle|relay_denied|tls|blocked", .fourth),
    ("none|no|neutral|plain|hold|other|not_sampled|dropped_shutdown|managesieve|logout|helo", .idle),
  ]

  /// The labels that have such values. Those of others, such as instances and domains, have no colour of their own.
  static let labels = [
    "result", "reason", "state", "protocol", "recipient", "status", "tls", "direction", "outcome",
    "operation",
    "command", "code", "to",
  ]

  /// Whether there are such values in a legend.
  static func isKnown(in legend: String) -> Bool { labels.contains { legend.contains("{{\($0)}}") } }

  /// What the name of a curve means; nil for one that says nothing.
  static func named(_ name: String) -> Meaning? {
    names.first { entry in
      entry.names.split(separator: "|").contains {
        $0 == name || $0 == "[A-Z]+ errors" && name.hasSuffix(" errors")
      }
    }?.meaning
  }
}

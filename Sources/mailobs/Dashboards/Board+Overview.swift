// What is wrong, how much is going on, and why? The board that is opened first.

extension Board {
  static let overview = Board(
    name: .overview, title: "Mail: overview",
    description:
      "What is wrong, how much is going on, and why; each panel leads to the board that says more.",
    rows: [
      Row("Is something wrong?", wrong + service), Row("How much?", traffic), Row("Why?", reasons),
      Row("What has changed?", changes),
    ])

  private static let wrong: [Panel] = [
    Panel(
      "Servers that answer", .stat, "percentunit", thresholds: .falling(0.5, 1), next: .runtime,
      "Which share of the servers answers scrapes? Normal is all of them.",
      [Query(Expression.common("up").sum().share(of: Expression.common("up").count()), "answer")]),
    Panel(
      "Health", .stat, Unit.health, thresholds: .falling(0.5, 1), next: .runtime,
      "How is the worst check of all servers? Normal is pass; the row of checks below names the one that is not.",
      [Query(Expression.series("health_check_status").min(), "worst check")]),
    Panel(
      "Deliveries that fail", .stat, "percentunit", thresholds: .rising(0.1, 0.5), next: .delivery,
      noValue: "no attempts",
      "Which share of delivery attempts does not deliver? A few percent are normal: other servers defer and refuse.",
      [Query(Expression.failingDeliveries, "fail")]),
    Panel(
      "Oldest in the queue", .stat, "s", thresholds: .rising(900, 3_600), next: .queue,
      "How long has the oldest message waited? Minutes are normal; what is older than an hour does not get out.",
      [Query(Expression.series("queue_oldest_message_age_seconds").max(), "oldest")]),
    Panel(
      "Refused over SMTP", .stat, "percentunit", thresholds: .rising(0.2, 0.5), next: .delivery,
      noValue: "no replies",
      "Which share of replies is 4xx or 5xx? Spam and guesses make some; a jump means that mail is turned away.",
      [Query(Expression.refusals, "4xx and 5xx")]),
    Panel(
      "Logins refused", .stat, "percentunit", thresholds: .rising(0.2, 0.5), next: .security,
      noValue: "no logins",
      "Which share of logins does not succeed? Below a fifth is normal; nearly all means that the directory is away, "
        + "or that somebody guesses.",
      [Query(Expression.refusedLogins, "refused")]),
    Panel(
      "IMAP refusals", .stat, "percentunit", thresholds: .rising(0.05, 0.2), next: .mailboxes,
      noValue: "no commands",
      "Which share of IMAP commands is answered NO or BAD? Some are normal: wrong passwords and missing mailboxes.",
      [Query(Expression.imapRefusals, "NO and BAD")]),
    Panel(
      "JMAP errors", .stat, "percentunit", thresholds: .rising(0.05, 0.2), next: .mailboxes,
      noValue: "no requests",
      "How many errors come on a JMAP request? Near none is normal; clients that ask for what is not there make some.",
      [Query(Expression.jmapErrors, "errors")]),
    Panel(
      "Connections in use", .stat, "percentunit", thresholds: .rising(0.7, 0.9), next: .runtime,
      "How near is the fullest protocol of any server to its limit? At all of it clients are turned away.",
      [
        Query(
          Expression.series("active_connections").share(of: .series("connections_limit")).max(), "in use")
      ]),
    Panel(
      "Executor delay", .stat, "s", thresholds: .rising(0.1, 1), next: .runtime,
      noValue: "no task runs",
      "How late do tasks run on the worst server, at the 99th percentile? Milliseconds are normal; no value: none runs at all.",
      [Query(Expression.executorDelay, "p99")]),
    Panel(
      "Disk that is left", .stat, "percentunit", thresholds: .falling(0.03, 0.1), next: .queue,
      "Which share of the fullest file system is free? Below 10 % the usual check warns, below 3 % it fails.",
      [Query(Expression.freeDisk.min(), "free")]),
    Panel(
      "Certificate ends in", .stat, "s", thresholds: .falling(7 * 86_400, 14 * 86_400), next: .security,
      "How long is the certificate valid that ends first? Renewal keeps it above two weeks.",
      [
        Query(
          Expression(
            "min(\(Expression.series("tls_certificate_not_after_timestamp_seconds").text)) - time()"),
          "first")
      ]),
  ]

  private static let service: [Panel] = [
    Panel(
      "Checks", .states, Unit.health, width: 14, thresholds: .falling(0.5, 1), next: .runtime,
      "Which check fails, and since when? Normal is one colour; the row that differs names the part to look at.",
      [
        Query(
          Expression.series("health_check_status").over("min_over_time").min(by: "check"), "{{check}}")
      ]),
    Panel(
      "In service", .states, Unit.service, width: 10, thresholds: .falling(1, 1), next: .runtime,
      "Which server takes work? One that is out of service is in maintenance or draining; one with a gap does not answer.",
      [
        Query(
          Expression(
            "1 - clamp_max(\(Expression.series("health_maintenance").over("max_over_time").text)"
              + " + \(Expression.series("health_draining").over("max_over_time").text), 1)"), "{{instance}}")
      ]),
  ]

  private static let traffic: [Panel] = [
    Panel(
      "Mail over SMTP", .lines, Unit.messages, next: .delivery,
      "How much mail comes in, and how much is refused? The course of a day is normal; a fall to nothing is not.",
      [
        Query(Expression.rate("smtp_messages_received_total").sum(), "received"),
        Query(Expression.rate("smtp_messages_rejected_total").sum(), "rejected"),
      ]),
    Panel(
      "Deliveries", .areas, Unit.messages, next: .delivery,
      "What becomes of delivery attempts? Mostly delivered is normal; the other colours are tried again or bounced.",
      [Query(Expression.rate("delivery_attempts_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "IMAP commands", .areas, Unit.commands, next: .mailboxes,
      "How much do IMAP clients ask for, and with what result? Mostly ok is normal.",
      [Query(Expression.rate("imap_responses_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "JMAP requests", .lines, "reqps", next: .mailboxes,
      "How much do JMAP clients ask for, and how much of it fails? Errors near nothing are normal.",
      [
        Query(Expression.rate("jmap_requests_total").sum(), "JMAP"),
        Query(Expression.rate("jmap_errors_total").sum(), "JMAP errors"),
      ]),
    Panel(
      "Open connections", .lines, "short", next: .mailboxes,
      "Who is connected? The usual number by the hour is normal; a staircase upwards means that sessions do not end.",
      [Query(Expression.series("active_connections").sum(by: "protocol"), "{{protocol}}")]),
    Panel(
      "Queue", .areas, "short", next: .queue,
      "How many messages wait, and what for? A few are normal; a wedge of deferred ones means that a destination is away.",
      [Query(Expression.series("queue_messages").sum(by: "state"), "{{state}}")]),
  ]

  private static let reasons: [Panel] = [
    Panel(
      "Why mail is refused", .areas, Unit.messages, next: .security,
      "For which reason are messages and recipients refused? Unknown recipients and spam are normal on any day.",
      [Query(Expression.rate("smtp_messages_rejected_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "Why deliveries fail", .areas, Unit.messages, next: .delivery,
      "What stops deliveries? One reason that grows alone points at its cause: DNS, a route, TLS, or the other server.",
      [Query(Expression.rate("delivery_failures_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "Logins", .areas, Unit.logins, next: .security,
      "How do logins end? Mostly success is normal; errors mean that the directory is away, failures that somebody guesses.",
      [Query(Expression.rate("authentication_attempts_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "Time to answer, p99", .logarithmicLines, "s", next: .mailboxes,
      "How long do clients wait, at the 99th percentile? Milliseconds are normal. IDLE is left out: it waits by design.",
      [
        Query(.quantile("0.99", of: "smtp_command_duration_seconds"), "SMTP"),
        Query(.quantile("0.99", of: "imap_command_duration_seconds", Expression.withoutIdle), "IMAP"),
        Query(.quantile("0.99", of: "jmap_request_duration_seconds"), "JMAP"),
      ]),
    Panel(
      "Time to process a message", .heatMap, "s", next: .delivery,
      "How long does a message take through the server? A narrow band at the bottom is normal; a second band is a slow part.",
      [Query(.buckets(of: "message_processing_latency_seconds"), "{{le}}")]),
    Panel(
      "Time of storage operations, p99", .logarithmicLines, "s", next: .queue,
      "Is the store slow? The usual order of magnitude is normal; if all operations rise together, the disk is the cause.",
      [Query(.quantile("0.99", of: "storage_operation_duration_seconds", by: "operation"), "{{operation}}")]),
  ]

  private static let changes: [Panel] = [
    Panel(
      "Versions", .names, "short", width: 6, next: .runtime,
      "Which versions run, and on how many servers? One is normal; two mean that a rollout is under way.",
      [Query(Expression.series("build_info").count(by: "version, revision"), "{{version}} {{revision}}")]),
    Panel(
      "Running since", .names, "s", width: 6,
      thresholds: [
        .init(from: nil, meaning: .warning), .init(from: 600, meaning: .good),
      ], next: .runtime,
      "How long has each server run? Days are normal; minutes mean that it has been restarted.",
      [
        Query(
          Expression("time() - \(Expression.common("process_start_time_seconds").text)"), "{{instance}}")
      ]),
    Panel(
      "Checks that left pass", .lines, "short", width: 12, next: .runtime,
      "Which checks have begun to warn or fail, and how often? None is normal; one that does so again and again is near its limit.",
      [
        Query(
          Expression.series("health_check_transitions_total", #"to!="pass""#).over("increase").sum(
            by: "check"),
          "{{check}}")
      ]),
  ]
}

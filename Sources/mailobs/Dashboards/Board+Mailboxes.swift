// Can users read their mail, and how long do they wait?

extension Board {
  static let mailboxes = Board(
    name: .mailboxes, title: "Mail: IMAP and JMAP",
    description: "Whether users can read their mail, what they ask for, and how long they wait.",
    rows: [
      Row("What is wrong?", next: .security, refusals), Row("How much?", next: .runtime, requests),
      Row("How long?", next: .queue, waiting),
    ])

  private static let users = #"protocol=~"imap|jmap|pop3|managesieve""#

  private static let refusals: [Panel] = [
    Panel(
      "IMAP refusals", .stat, "percentunit", width: 6, thresholds: .rising(0.05, 0.2),
      noValue: "no commands",
      "Which share of IMAP commands is answered NO or BAD? Some are normal: wrong passwords and missing mailboxes.",
      [Query(Expression.imapRefusals, "NO and BAD")]),
    Panel(
      "IMAP errors", .stat, Unit.perSecond, width: 6,
      "How many IMAP sessions break? Some are normal: clients that lose their network.",
      [Query(Expression.rate("imap_errors_total").sum(), "IMAP errors")]),
    Panel(
      "JMAP errors", .stat, "percentunit", width: 6, thresholds: .rising(0.05, 0.2),
      noValue: "no requests",
      "How many errors come on a JMAP request? Near none is normal; a jump is a client or the store.",
      [Query(Expression.jmapErrors, "JMAP errors")]),
    Panel(
      "Connections in use", .stat, "percentunit", width: 6, thresholds: .rising(0.7, 0.9), next: .runtime,
      "How near is the fullest protocol of readers to its limit? IMAP clients keep several connections each.",
      [
        Query(
          Expression.series("active_connections", users).share(of: .series("connections_limit", users)).max(),
          "in use")
      ]),
    Panel(
      "IMAP answers", .areas, Unit.commands, width: 8,
      "How are commands answered? Mostly ok is normal; no is a refusal, bad a client that cannot speak IMAP.",
      [Query(Expression.rate("imap_responses_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "Logins of readers", .areas, Unit.logins, width: 8, next: .security,
      "Can users log in? Mostly success is normal; errors mean that the directory is away.",
      [Query(Expression.rate("authentication_attempts_total", users).sum(by: "result"), "{{result}}")]),
    Panel(
      "News pushed to clients", .lines, Unit.perSecond, width: 8,
      "Do clients hear of new mail? As many as messages for those who wait is normal; failures are clients that went.",
      [
        Query(Expression.rate("push_deliveries_total").sum(), "delivered"),
        Query(Expression.rate("push_delivery_failures_total").sum(), "failure"),
      ]),
  ]

  private static let requests: [Panel] = [
    Panel(
      "IMAP commands", .areas, Unit.commands,
      "What do IMAP clients ask for? fetch and select are normal; much login is clients that do not stay.",
      [
        Query(
          Expression.rate("imap_command_duration_seconds", suffix: "_count").sum(by: "command").positive,
          "{{command}}")
      ]),
    Panel(
      "JMAP methods", .areas, "reqps",
      "What do JMAP clients ask for? Queries and gets are normal; one method alone is a client that polls.",
      [
        Query(
          Expression.rate("jmap_method_duration_seconds", suffix: "_count").sum(by: "method").positive,
          "{{method}}")
      ]),
    Panel(
      "Connections", .lines, "short",
      "Who is connected? The usual number by the hour is normal; a staircase upwards means that sessions do not end.",
      [Query(Expression.series("active_connections", users).sum(by: "protocol"), "{{protocol}}")]),
    Panel(
      "IMAP connections in IDLE", .lines, "short",
      "How many wait for news? Most IMAP connections are normal by day; none means that clients ask again and again.",
      [Query(Expression.series("imap_idle_connections").sum(by: "instance"), "{{instance}}")]),
    Panel(
      "New connections", .lines, Unit.sessions,
      "How often do clients connect anew? A level is normal; a storm follows a restart and should pass.",
      [Query(Expression.rate("imap_connections_total").sum(), "IMAP")]),
    Panel(
      "Bytes", .areas, "Bps",
      "How much do readers fetch and send? Sent far above received is normal.",
      [
        Query(
          Expression.rate("session_bytes_total", users).sum(by: "protocol, direction"),
          "{{protocol}} {{direction}}")
      ]),
    Panel(
      "IMAP sessions", .heatMap, "s",
      "How long do clients stay? Two bands are normal: those that look once, and those that wait in IDLE.",
      [Query(.buckets(of: "imap_session_duration_seconds"), "{{le}}")]),
  ]

  private static let waiting: [Panel] = [
    Panel(
      "IMAP, time to answer", .heatMap, "s",
      "How long do IMAP clients wait? A band of milliseconds is normal. IDLE is left out: it waits by design.",
      [Query(.buckets(of: "imap_command_duration_seconds", Expression.withoutIdle), "{{le}}")]),
    Panel(
      "IMAP, percentiles", .logarithmicLines, "s",
      "How long do most wait, and the unlucky? Curves that rise together are the store, the 99th alone is one command.",
      [
        Query(.quantile("0.5", of: "imap_command_duration_seconds", Expression.withoutIdle), "p50"),
        Query(.quantile("0.95", of: "imap_command_duration_seconds", Expression.withoutIdle), "p95"),
        Query(.quantile("0.99", of: "imap_command_duration_seconds", Expression.withoutIdle), "p99"),
      ]),
    Panel(
      "IMAP commands, p99", .logarithmicLines, "s", next: .queue,
      "Which command is slow? search and fetch of large mailboxes are normal; login means a slow directory.",
      [
        Query(
          .quantile("0.99", of: "imap_command_duration_seconds", by: "command", Expression.withoutIdle),
          "{{command}}")
      ]),
    Panel(
      "JMAP, time to answer", .heatMap, "s",
      "How long do JMAP clients wait? A band of milliseconds is normal.",
      [Query(.buckets(of: "jmap_request_duration_seconds"), "{{le}}")]),
    Panel(
      "JMAP, percentiles", .logarithmicLines, "s",
      "How long do most wait, and the unlucky? The 99th percentile within ten times the median is normal.",
      [
        Query(.quantile("0.5", of: "jmap_request_duration_seconds"), "p50"),
        Query(.quantile("0.95", of: "jmap_request_duration_seconds"), "p95"),
        Query(.quantile("0.99", of: "jmap_request_duration_seconds"), "p99"),
      ]),
    Panel(
      "JMAP methods, p99", .logarithmicLines, "s", next: .queue,
      "Which method is slow? The usual order of magnitude of each is normal.",
      [Query(.quantile("0.99", of: "jmap_method_duration_seconds", by: "method"), "{{method}}")]),
  ]
}

// Does mail come in and go out, and if not, who says no?

extension Board {
  static let delivery = Board(
    name: .delivery, title: "Mail: SMTP and delivery",
    description: "Why mail is refused or does not get out, how much there is of it, and how long it takes.",
    rows: [
      Row("What is wrong?", next: .queue, failures), Row("How much?", next: .security, volume),
      Row("How long?", next: .queue, durations), Row("Whose?", next: .security, domains),
    ])

  private static let failures: [Panel] = [
    Panel(
      "Deliveries that fail", .stat, "percentunit", thresholds: .rising(0.1, 0.5), noValue: "no attempts",
      "Which share of delivery attempts does not deliver? A few percent are normal.",
      [Query(Expression.failingDeliveries, "fail")]),
    Panel(
      "Oldest in the queue", .stat, "s", thresholds: .rising(900, 3_600), next: .queue,
      "How long has the oldest message waited? Minutes are normal.",
      [Query(Expression.series("queue_oldest_message_age_seconds").max(), "oldest")]),
    Panel(
      "Bounced", .stat, Unit.messages,
      "How many messages are given up and sent back? Few are normal; many at once are a forged sender or a lost route.",
      [Query(Expression.rate("mail_bounced_total").sum(), "bounced")]),
    Panel(
      "Tried again", .stat, Unit.messages, next: .queue,
      "How often is a delivery tried again? Some are normal: greylisting defers every first attempt.",
      [Query(Expression.rate("queue_retries_total").sum(), "retries")]),
    Panel(
      "Refused over SMTP", .stat, "percentunit", thresholds: .rising(0.2, 0.5), next: .security,
      noValue: "no replies",
      "Which share of replies is 4xx or 5xx? The usual level of the server is normal; a jump is not.",
      [Query(Expression.refusals, "4xx and 5xx")]),
    Panel(
      "Errors in sessions", .stat, Unit.perSecond, next: .security,
      "How many SMTP sessions break, by the protocol or the connection? Some are normal: scanners and bad networks.",
      [Query(Expression.rate("smtp_errors_total").sum(), "SMTP errors")]),
    Panel(
      "Why deliveries fail", .areas, Unit.messages, width: 12,
      "What stops deliveries? refused, timeout and no_route are the network, reply_4xx and reply_5xx the other server.",
      [Query(Expression.rate("delivery_failures_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "Replies that refuse, by code", .areas, "suffix: replies/s", width: 12,
      "What do clients hear? 550 for unknown recipients is normal; 421, 451 and 452 mean that this server is in trouble.",
      [Query(Expression.rate("smtp_replies_total", #"code=~"[45]..""#).sum(by: "code"), "{{code}}")]),
    Panel(
      "Messages refused, by reason", .areas, Unit.messages, next: .security,
      "Why are messages and recipients refused? The usual mixture is normal.",
      [Query(Expression.rate("smtp_messages_rejected_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "Connections refused, by reason", .areas, Unit.sessions, next: .security,
      "Why are clients turned away before they say anything? Blocked ones are normal; overload means too few connections.",
      [Query(Expression.rate("smtp_connections_rejected_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "What hooks and filters say", .areas, Unit.messages, next: .security,
      "What do filters say of messages? Mostly accept is normal; error means that a filter is down.",
      [Query(Expression.rate("smtp_hook_results_total").sum(by: "result"), "{{result}}")]),
  ]

  private static let volume: [Panel] = [
    Panel(
      "Messages in and out", .lines, Unit.messages,
      "How much mail comes in, and how much leaves for other servers? The course of a day is normal.",
      [
        Query(Expression.rate("smtp_messages_received_total").sum(), "received"),
        Query(Expression.rate("smtp_messages_sent_total").sum(), "sent"),
      ]),
    Panel(
      "What becomes of messages", .lines, Unit.messages,
      "How do messages end? Delivered near processed is normal; bounced and dropped are what senders complain about.",
      [
        Query(Expression.rate("mail_processed_total").sum(), "processed"),
        Query(Expression.rate("mail_delivered_total").sum(), "delivered"),
        Query(Expression.rate("mail_bounced_total").sum(), "bounced"),
        Query(Expression.rate("mail_dropped_total").sum(), "dropped"),
      ]),
    Panel(
      "Attempts by recipient", .areas, Unit.messages,
      "Where does mail go: into mailboxes here, to programs, to other servers? The usual mixture is normal.",
      [Query(Expression.rate("delivery_attempts_total").sum(by: "recipient"), "{{recipient}}")]),
    Panel(
      "Connections", .lines, Unit.sessions,
      "How many clients come? A jump without more messages is a scan or a flood.",
      [Query(Expression.rate("smtp_connections_total").sum(), "SMTP")]),
    Panel(
      "Commands", .areas, Unit.commands,
      "What do clients say? One mail to a few rcpt is normal; many rcpt to few data is a search for addresses.",
      [Query(Expression.rate("smtp_commands_total").sum(by: "command").positive, "{{command}}")]),
    Panel(
      "Deliveries under way", .lines, "short", next: .queue,
      "How many deliveries run at once? A level that stays high is a destination that answers slowly.",
      [Query(Expression.series("delivery_in_flight").sum(), "out")]),
    Panel(
      "Sizes of messages", .heatMap, "bytes", width: 12,
      "How large is mail? A band at a few kilobytes is normal; a band at the top is attachments that slow all else.",
      [Query(.buckets(of: "smtp_message_size_bytes"), "{{le}}")]),
    Panel(
      "Recipients of a message", .heatMap, "short", width: 12,
      "How many recipients has a message? One is normal; a band at the top is a newsletter, or spam of a stolen account.",
      [Query(.buckets(of: "smtp_recipients_per_message"), "{{le}}")]),
  ]

  private static let durations: [Panel] = [
    Panel(
      "Waiting time in the queue", .heatMap, "s", next: .queue,
      "How long do messages wait before an attempt? Below a second is normal for the first; retries make the bands above.",
      [Query(.buckets(of: "queue_wait_seconds"), "{{le}}")]),
    Panel(
      "Time of delivery attempts", .heatMap, "s",
      "How long does an attempt take? The lower band is local, the upper one other servers; one that rises is a slow one.",
      [Query(.buckets(of: "delivery_attempt_duration_seconds"), "{{le}}")]),
    Panel(
      "From accepted to delivered", .logarithmicLines, "s",
      "How long does a message take in all? Seconds are normal; the 99th percentile has the ones that were deferred.",
      [
        Query(.quantile("0.5", of: "delivery_total_duration_seconds"), "p50"),
        Query(.quantile("0.95", of: "delivery_total_duration_seconds"), "p95"),
        Query(.quantile("0.99", of: "delivery_total_duration_seconds"), "p99"),
      ]),
    Panel(
      "Time to answer a command, p99", .logarithmicLines, "s",
      "Which command is slow? data waits for the client's message; rcpt and mail should take milliseconds.",
      [Query(.quantile("0.99", of: "smtp_command_duration_seconds", by: "command"), "{{command}}")]),
    Panel(
      "Time to process, mean", .logarithmicLines, "s",
      "Which step of the processing is slow? The filter that rises is the one to look at.",
      [
        Query(.mean(of: "message_processing_latency_seconds"), "all"),
        Query(.mean(of: "mailet_duration_seconds", by: "mailet"), "{{mailet}}"),
      ]),
    Panel(
      "Time of sessions", .heatMap, "s",
      "How long do clients stay? Seconds are normal; minutes are slow clients, or a tarpit at work.",
      [Query(.buckets(of: "smtp_session_duration_seconds"), "{{le}}")]),
  ]

  private static let domains: [Panel] = [
    Panel(
      "Recipient domains", .bars, "short", width: 12,
      "Whom is mail for, of late? A domain that leaps to the top gets a flood, or is where a loop goes.",
      [Query(Expression.series("top_recipient_domain_messages").sum(by: "domain").top(10), "{{domain}}")]),
    Panel(
      "Sender domains", .bars, "short", width: 12,
      "Whose mail is it, of late? A domain that leaps to the top is a campaign, or a stolen account.",
      [Query(Expression.series("top_sender_domain_messages").sum(by: "domain").top(10), "{{domain}}")]),
  ]
}

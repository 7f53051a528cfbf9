// Does the queue drain, and does the store keep up?

extension Board {
  static let queue = Board(
    name: .queue, title: "Mail: queue and storage",
    description: "Whether the queue drains, and whether the store and its disks keep up.",
    rows: [
      Row("What is wrong?", next: .delivery, stuck), Row("The queue", next: .delivery, waiting),
      Row("The store", next: .runtime, store),
    ])

  private static let stuck: [Panel] = [
    Panel(
      "Oldest in the queue", .stat, "s", thresholds: .rising(900, 3_600),
      "How long has the oldest message waited? Minutes are normal; it rises by a second a second while nothing leaves.",
      [Query(Expression.series("queue_oldest_message_age_seconds").max(), "oldest")]),
    Panel(
      "Messages that wait", .stat, "short",
      "How many messages are in the queue? The usual level is normal; what matters is whether it falls again.",
      [Query(Expression.series("queue_size").sum(), "messages")]),
    Panel(
      "Deferred", .stat, "percentunit", thresholds: .rising(0.5, 0.9), next: .delivery,
      "Which share of the queue has failed at least once? Below half is normal under way; all of it is a destination away.",
      [
        Query(
          // Of an empty queue nothing is deferred.
          Expression(
            Expression.series("queue_messages", #"state="deferred""#).sum().text
              + " / clamp_min(\(Expression.series("queue_messages").sum().text), 1)"), "deferred")
      ]),
    Panel(
      "Disk that is left", .stat, "percentunit", thresholds: .falling(0.03, 0.1), next: .runtime,
      "Which share of the fullest file system is free? Below 10 % the usual check warns, below 3 % it fails.",
      [Query(Expression.freeDisk.min(), "free")]),
    Panel(
      "Files that are left", .stat, "short", next: .runtime,
      "How many files can still be made where there is least room? Millions are normal; a maildir needs one a message.",
      [Query(Expression.series("filesystem_files_free").min(), "files")]),
    Panel(
      "Storage operations, p99", .stat, "s", thresholds: .rising(0.1, 1), next: .runtime,
      noValue: "no operations",
      "How slow is the store, at the 99th percentile? Milliseconds are normal; a tenth of a second is felt by users.",
      [Query(.quantile("0.99", of: "storage_operation_duration_seconds"), "p99")]),
  ]

  private static let waiting: [Panel] = [
    Panel(
      "By state", .areas, "short",
      "What do messages wait for? Active ones are on their way; deferred ones are tried again; held ones wait for you.",
      [Query(Expression.series("queue_messages").sum(by: "state"), "{{state}}")]),
    Panel(
      "In and out", .lines, Unit.messages, next: .delivery, needsAll: true,
      "Does the queue drain? Both at one level is normal; in above out is how it grows.",
      [
        Query(Expression.rate("queue_puts_total").sum(), "in"),
        Query(
          Expression(
            ["delivered", "bounced", "dropped"].map { Expression.rate("mail_\($0)_total").sum().text }
              .joined(separator: " + ")), "out"),
      ]),
    Panel(
      "Age of the oldest", .lines, "s",
      "Is something stuck? A saw of minutes is normal; a straight line upwards is a message that never leaves.",
      [Query(Expression.series("queue_oldest_message_age_seconds").max(by: "instance"), "{{instance}}")]),
    Panel(
      "Waiting time", .heatMap, "s",
      "How long do messages wait before an attempt? Below a second is normal for the first; retries make the bands above.",
      [Query(.buckets(of: "queue_wait_seconds"), "{{le}}")]),
    Panel(
      "Waiting time, percentiles", .logarithmicLines, "s",
      "How long do most messages wait, and the unlucky? The 99th percentile follows the schedule of retries.",
      [
        Query(.quantile("0.5", of: "queue_wait_seconds"), "p50"),
        Query(.quantile("0.95", of: "queue_wait_seconds"), "p95"),
        Query(.quantile("0.99", of: "queue_wait_seconds"), "p99"),
      ]),
    Panel(
      "Work of the queue", .lines, Unit.perSecond, next: .delivery,
      "What costs the queue work? Writes as often as messages come is normal; more retries than messages are not.",
      [
        Query(Expression.rate("queue_puts_total").sum(), "come"),
        Query(Expression.rate("queue_retries_total").sum(), "retries"),
        Query(Expression.rate("dsn_queued_total").sum(), "bounced"),
        Query(Expression.rate("queue_items_written_total").sum(), "write"),
      ]),
  ]

  private static let store: [Panel] = [
    Panel(
      "Operations", .areas, "ops",
      "What is the store asked for? The usual mixture is normal; search alone is a client that indexes.",
      [
        Query(
          Expression.rate("storage_operation_duration_seconds", suffix: "_count").sum(by: "operation"),
          "{{operation}}")
      ]),
    Panel(
      "Time of operations, p99", .logarithmicLines, "s",
      "Which operation is slow? If all rise together it is the disk; if one does, it is what that operation reads.",
      [Query(.quantile("0.99", of: "storage_operation_duration_seconds", by: "operation"), "{{operation}}")]),
    Panel(
      "Time of operations", .heatMap, "s",
      "How are the times spread? One band is normal; a second one is a cache that is missed.",
      [Query(.buckets(of: "storage_operation_duration_seconds"), "{{le}}")]),
    Panel(
      "Messages and mailboxes", .logarithmicLines, "short", width: 6,
      "How much is stored? Slow growth is normal; a fall is a deletion that somebody should know of.",
      [
        Query(Expression.series("messages").sum(), "messages"),
        Query(Expression.series("mailboxes").sum(), "mailboxes"),
      ]),
    Panel(
      "Bytes stored", .lines, "bytes", width: 6,
      "How much room does mail take? Slow growth is normal; the slope says when the disk is full.",
      [Query(Expression.series("storage_bytes").sum(), "used")]),
    Panel(
      "Free share of file systems", .lines, "percentunit", width: 6, maximum: 1,
      "Which file system fills up, and how fast? A slow fall is normal; a steep one is a log or a loop.",
      [Query(Expression.freeDisk.min(by: "path"), "{{path}}")]),
    Panel(
      "Deliveries under way", .lines, "short", width: 6, next: .delivery,
      "How many deliveries does the queue have out at once? Near its limit all the time is a slow destination.",
      [Query(Expression.series("delivery_in_flight").sum(by: "instance"), "{{instance}}")]),
  ]
}

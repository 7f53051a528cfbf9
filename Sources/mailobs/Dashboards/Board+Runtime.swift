// Is the process well, and can what it says of itself be believed?

extension Board {
  static let runtime = Board(
    name: .runtime, title: "Mail: runtime",
    description: "The process, its executor, its health, and whether what it says of itself can be believed.",
    rows: [
      Row("What is wrong?", believable), Row("The process", process), Row("The executor", executor),
      Row("Connections", connections), Row("Health and probes", health), Row("Scrapes", scrapes),
      Row("Traces", traces),
    ])

  private static let believable: [Panel] = [
    Panel(
      "Servers that answer", .stat, "percentunit", thresholds: .falling(0.5, 1),
      "Which share of the servers answers scrapes? Normal is all of them.",
      [Query(Expression.common("up").sum().share(of: Expression.common("up").count()), "answer")]),
    Panel(
      "Collectors that work", .stat, "percentunit", thresholds: .falling(0.5, 1), noValue: "no collectors",
      "Do the host's own collectors answer in time? Normal is all of them; others are left out of scrapes.",
      [Query(Expression("avg(\(Expression.series("collector_success").text))"), "work")]),
    Panel(
      "Values refused", .stat, Unit.perSecond, thresholds: .above(0.001),
      "Does the host record what makes no sense, such as NaN? None is normal: it is a fault of the host's code.",
      [Query(Expression.rate("observability_rejected_total").sum(), "refused")]),
    Panel(
      "Labels past their limit", .stat, Unit.perSecond, thresholds: .above(0.001),
      "Does a label have more values than its family keeps? None is normal; what overflows is counted under other.",
      [Query(Expression.rate("observability_overflow_total").sum(), "overflow")]),
    Panel(
      "Executor delay", .stat, "s", thresholds: .rising(0.1, 1), noValue: "no task runs",
      "How late do tasks run on the worst server, at the 99th percentile? Milliseconds are normal; no value: none runs at all.",
      [Query(Expression.executorDelay, "p99")]),
    Panel(
      "Descriptors in use", .stat, "percentunit", thresholds: .rising(0.7, 0.9),
      "How near is the fullest process to its limit of descriptors? Beyond it no connection is taken.",
      [
        Query(
          Expression.common("process_open_fds").share(of: .common("process_max_fds")).max(), "in use")
      ]),
  ]

  private static let process: [Panel] = [
    Panel(
      "Processor", .lines, "percentunit",
      "How many processors' worth of time does each server use? The course of the traffic is normal; a flat line is a loop.",
      [Query(Expression.common("process_cpu_seconds_total").over("rate"), "{{instance}}")]),
    Panel(
      "Memory", .lines, "bytes",
      "How much memory does each server hold? A level is normal; a slope over days is a leak.",
      [Query(Expression.common("process_resident_memory_bytes"), "{{instance}}")]),
    Panel(
      "Descriptors and threads", .lines, "short",
      "How many descriptors and threads are there? Descriptors follow the connections; threads stay.",
      [
        Query(Expression.common("process_open_fds"), "{{instance}} descriptors"),
        Query(Expression.common("process_threads"), "{{instance}} threads"),
      ]),
  ]

  private static let executor: [Panel] = [
    Panel(
      "Delay of tasks", .heatMap, "s",
      "How late do tasks run on the cooperative pool? A band below a millisecond is normal; above it the pool is full.",
      [Query(.buckets(of: "executor_delay_seconds"), "{{le}}")]),
    Panel(
      "Delay of tasks, percentiles", .logarithmicLines, "s",
      "Is the pool blocked, or only busy? The 99th percentile alone is busy; all three together are blocked.",
      [
        Query(.quantile("0.5", of: "executor_delay_seconds"), "p50"),
        Query(.quantile("0.95", of: "executor_delay_seconds"), "p95"),
        Query(.quantile("0.99", of: "executor_delay_seconds"), "p99"),
      ]),
    Panel(
      "The thread that serves the metrics", .lines, "percentunit",
      "Is the thread that answers probes busy? A few percent are normal.",
      [
        Query(Expression.rate("observability_loop_busy_seconds_total").sum(by: "instance"), "{{instance}}")
      ]),
  ]

  private static let connections: [Panel] = [
    Panel(
      "Connections in use, by protocol and server", .lines, "percentunit", width: 12,
      "Which protocol of which server is near its limit? Below 70 % is normal; at all of it clients are turned away.",
      [
        Query(
          Expression.series("active_connections").share(of: .series("connections_limit"))
            .max(by: "protocol, instance"), "{{protocol}} {{instance}}")
      ]),
    Panel(
      "Bytes of connections", .areas, "Bps", width: 12,
      "What do connections carry? The course of the traffic is normal.",
      [Query(Expression.rate("session_bytes_total").sum(by: "protocol"), "{{protocol}}")]),
  ]

  private static let health: [Panel] = [
    Panel(
      "Checks by server", .states, Unit.health, width: 12, thresholds: .falling(0.5, 1),
      "Which check fails on which server, and since when? One colour is normal.",
      [Query(Expression.series("health_check_status").over("min_over_time"), "{{instance}} {{check}}")]),
    Panel(
      "Time of checks", .logarithmicLines, "s", width: 12,
      "Which check is slow? Milliseconds are normal; one that nears its timeout fails next.",
      [Query(Expression.series("health_check_duration_seconds").max(by: "check"), "{{check}}")]),
    Panel(
      "Checks that left pass", .lines, "short", width: 12,
      "Which checks begin to warn or fail again and again? None is normal.",
      [
        Query(
          Expression.series("health_check_transitions_total", #"to!="pass""#).over("increase").sum(
            by: "check"),
          "{{check}}")
      ]),
    Panel(
      "Probes", .areas, "reqps", width: 12,
      "Who asks, and what do they hear? A steady pace is normal; none means that nobody watches this server.",
      [Query(Expression.rate("probe_requests_total").sum(by: "probe, result"), "{{probe}} {{result}}")]),
  ]

  private static let scrapes: [Panel] = [
    Panel(
      "Time of a scrape", .logarithmicLines, "s",
      "What does a scrape cost? Milliseconds are normal; it grows with the number of series.",
      [
        Query(.mean(of: "observability_scrape_duration_seconds"), "mean"),
        Query(.quantile("0.99", of: "observability_scrape_duration_seconds"), "p99"),
      ]),
    Panel(
      "Scrapes by format", .lines, "suffix: scrapes/s",
      "Who scrapes, and in which format? One pace for each Prometheus is normal.",
      [Query(Expression.rate("observability_scrapes_total").sum(by: "format"), "{{format}}")]),
    Panel(
      "Series", .lines, "short",
      "How many series does each server have? A level is normal; growth is a label without a bound.",
      [Query(Expression.series("observability_series").sum(by: "instance"), "{{instance}}")]),
    Panel(
      "Size of a scrape", .lines, "bytes", width: 6,
      "How large is a scrape, uncompressed? It follows the number of series.",
      [Query(Expression.series("observability_last_scrape_bytes").max(by: "instance"), "{{instance}}")]),
    Panel(
      "Requests", .areas, "reqps", width: 6,
      "What is the server of the metrics asked for? /metrics and the probes are normal.",
      [
        Query(
          Expression.rate("observability_http_requests_total").sum(by: "route, code"), "{{route}} {{code}}")
      ]),
    Panel(
      "Requests cut off", .areas, "reqps", width: 6, next: .security,
      "Which limit or error ended requests? None is normal.",
      [Query(Expression.rate("observability_http_rejected_total").sum(by: "reason").positive, "{{reason}}")]),
    Panel(
      "Collectors", .logarithmicLines, "s", width: 6,
      "Which collector makes scrapes slow? Well below a scrape's deadline is normal.",
      [Query(Expression.series("collector_duration_seconds").max(by: "collector"), "{{collector}}")]),
  ]

  private static let traces: [Panel] = [
    Panel(
      "Spans", .lines, "suffix: spans/s", width: 6,
      "What becomes of spans? ended and exported are normal; anything dropped is a collector that cannot keep up.",
      [Query(Expression.rate("observability_spans_total").sum(by: "outcome"), "{{outcome}}")]),
    Panel(
      "Exports", .areas, "suffix: batches/s", width: 6,
      "Does the collector take what is sent? success is normal.",
      [Query(Expression.rate("observability_exports_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "Time of exports", .heatMap, "s", width: 6,
      "How long does the collector take? A band of milliseconds is normal; retries make it seconds.",
      [Query(.buckets(of: "observability_export_duration_seconds"), "{{le}}")]),
    Panel(
      "Memory of recent traces", .lines, "bytes", width: 6,
      "How much memory do the traces take that the server shows itself? A level is normal: it is bounded.",
      [Query(Expression.series("observability_recent_traces_bytes").sum(by: "instance"), "{{instance}}")]),
  ]
}

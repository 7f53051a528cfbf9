// When is somebody told that what the servers say of themselves is incomplete?

extension Alerts {
  static let library = RuleGroup(
    name: "alerts-observability",
    alerts: [
      AlertRule(
        name: "MailCollectorFailing", severity: .warning, pending: "10m",
        expression: "#collector_success == 0",
        summary: "Metrics of a mail server are missing.",
        description: """
          The collector {{ $labels.collector }} of {{ $labels.instance }} fails: its success is {{ $value }}, and its \
          metrics are missing or incomplete.
          """),
      AlertRule(
        name: "MailSeriesDropped", severity: .warning,
        expression: """
          increase(#observability_rejected_total{reason="removed_series"}[1h]) > \(RuleThreshold.droppedSeries)
          """,
        summary: "A mail server records into series that are gone.",
        description:
          "{{ $value | humanize }} recordings of {{ $labels.instance }} in an hour were into removed series."),
      AlertRule(
        name: "MailSeriesOverflow", severity: .warning,
        expression: "increase(#observability_overflow_total[1h]) > \(RuleThreshold.overflow)",
        summary: "A family of a mail server's metrics is full.",
        description: """
          {{ $value | humanize }} recordings of {{ $labels.instance }} in an hour went to "other", because \
          {{ $labels.family }} is full.
          """),
      AlertRule(
        name: "MailValuesRejected", severity: .warning,
        expression: """
          increase(#observability_rejected_total{reason!="removed_series"}[1h]) > \(RuleThreshold.rejectedValues)
          """,
        summary: "A mail server records values that make no sense.",
        description:
          "{{ $value | humanize }} values of {{ $labels.instance }} in an hour were refused: {{ $labels.reason }}."
      ),
      AlertRule(
        name: "MailSpansDropped", severity: .warning,
        expression: """
          increase(
            #observability_spans_total{outcome=~"dropped_queue|dropped_export|dropped_shutdown|rejected"}[15m]
          ) > \(RuleThreshold.spansDropped)
          """,
        summary: "Traces of a mail server are incomplete.",
        description: """
          {{ $value | humanize }} spans of {{ $labels.instance }} in a quarter of an hour did not reach the collector: \
          {{ $labels.outcome }}.
          """),
      AlertRule(
        name: "MailExportsFailing", severity: .warning, pending: "10m",
        expression: """
          sum without (result) (rate(#observability_exports_total{result="failure"}[15m]))
            / sum without (result) (rate(#observability_exports_total[15m]))
            > \(RuleThreshold.exportFailureRatio)
          """,
        summary: "A mail server cannot reach the collector of traces.",
        description:
          "{{ $value | humanizePercentage }} of the batches of {{ $labels.signal }} of {{ $labels.instance }} fail."
      ),
      AlertRule(
        name: "MailCredentialsStale", severity: .warning, pending: "10m",
        expression: "#observability_credentials_last_reload_successful == 0",
        summary: "A changed password or token is not in force.",
        description: """
          {{ $labels.instance }} could not read a file of secrets again (value {{ $value }}); the older one is in force.
          """),
    ])

  /// Fires when thresholds are missing or there twice, in which case no other alert can fire.
  ///
  /// - Parameter read: those that there should be.
  static func thresholds(_ read: [RuleThreshold]) -> AlertRule {
    // By their names, and not by the namespace alone: another's may begin like it.
    let subjects = Set(read.map { $0.rawValue.prefix { $0 != ":" } }).sorted().joined(separator: "|")
    let name = "{__name__=~\"threshold:#(\(subjects)):.+\"}"
    return AlertRule(
      name: "MailThresholdsBroken", severity: .critical, pending: "5m",
      expression: """
        count(\(name)) != \(read.count)
        or
        absent(\(name))
        """,
      summary: "Alerts of the mail servers cannot fire.",
      description: """
        There should be \(read.count) thresholds, each once, and there are \
        {{ $value }}: without them nothing is above them.
        """)
  }
}

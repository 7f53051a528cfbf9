// When is somebody told that a server is not there, or not well?

enum Alerts {
  static let availability = RuleGroup(
    name: "alerts-availability",
    alerts: [
      AlertRule(
        name: "MailWatchdog", severity: .none, expression: "vector(1)",
        summary: "Alerts arrive.",
        description: "Always fires. Whoever stops receiving it knows that alerts no longer arrive."),
      AlertRule(
        name: "MailServerDown", severity: .critical, pending: "2m", expression: "up{@job} == 0",
        summary: "A mail server does not answer scrapes.",
        description:
          "{{ $labels.instance }} of {{ $labels.job }} has not answered for 2 minutes: up is {{ $value }}."),
      AlertRule(
        name: "MailServerNoData", severity: .critical, pending: "5m",
        expression: """
          absent(up{@job})
          or
          (absent(#observability_series{@job}) and on () max(up{@job}) == 1)
          """,
        summary: "There is nothing to judge the mail servers by.",
        description:
          "No target of the mail servers' job is scraped, or what is scraped has none of their metrics (value {{ $value }})."
      ),
      AlertRule(
        name: "MailScrapeFlapping", severity: .warning,
        expression: "changes(up{@job}[30m]) >= \(RuleThreshold.scrapeChanges)",
        summary: "Scrapes of a mail server fail again and again.",
        description: "{{ $labels.instance }} went up or down {{ $value }} times in half an hour."),
      AlertRule(
        name: "MailScrapeSlow", severity: .warning, pending: "10m",
        expression: "scrape_duration_seconds{@job} > \(RuleThreshold.scrapeSeconds) and up{@job} == 1",
        summary: "Scrapes of a mail server are about to time out.",
        description: "A scrape of {{ $labels.instance }} takes {{ $value | humanizeDuration }}."),
      AlertRule(
        name: "MailScrapeRefused", severity: .warning, pending: "10m",
        expression: "rate(#observability_http_rejected_total[5m]) > \(RuleThreshold.requestsRejected)",
        summary: "A mail server's observability port refuses requests.",
        description:
          "{{ $labels.instance }} refuses {{ $value | humanize }} requests a second: {{ $labels.reason }}."),
      AlertRule(
        name: "MailServerRestarted", severity: .info,
        expression: "changes(process_start_time_seconds{@job}[15m]) > 0",
        summary: "A mail server was restarted.",
        description: "{{ $labels.instance }} was started {{ $value }} times in a quarter of an hour."),
      AlertRule(
        name: "MailServerCrashLooping", severity: .critical,
        expression: "changes(process_start_time_seconds{@job}[30m]) >= \(RuleThreshold.restarts)",
        summary: "A mail server is restarted again and again.",
        description: "{{ $labels.instance }} was started {{ $value }} times in half an hour."),
    ])

  static let health = RuleGroup(
    name: "alerts-health",
    alerts: [
      AlertRule(
        name: "MailHealthCheckFailing", severity: .critical, pending: "2m",
        // Without a thread no check returns, and MailExecutorStalled says so. What degrades nothing but itself wakes nobody.
        expression: """
          (
            #health_check_status{check!="executor"} == 0
            unless on (job, instance, check)
            #health_check_blocks == 0
          )
          unless on (job, instance)
          #health_check_status{check="executor"} == 0
          """,
        summary: "A health check of a mail server fails.",
        description:
          "The check {{ $labels.check }} of {{ $labels.instance }} fails: its status is {{ $value }}."),
      AlertRule(
        name: "MailHealthCheckDegraded", severity: .warning, pending: "15m",
        expression: """
          #health_check_status == 0.5
          or
          #health_check_status == 0 and on (job, instance, check) #health_check_blocks == 0
          """,
        summary: "A health check of a mail server asks for attention.",
        description:
          "The check {{ $labels.check }} of {{ $labels.instance }} asks for attention: its status is {{ $value }}."
      ),
      AlertRule(
        name: "MailHealthCheckFlapping", severity: .warning,
        expression: """
          sum without (to) (increase(#health_check_transitions_total[30m])) >= \(RuleThreshold.checkChanges)
          """,
        summary: "A health check of a mail server changes again and again.",
        description:
          "The check {{ $labels.check }} of {{ $labels.instance }} changed {{ $value | humanize }} times in half an hour."
      ),
      AlertRule(
        name: "MailExecutorStalled", severity: .critical, pending: "1m",
        expression: "#health_check_status{check=\"executor\"} == 0",
        summary: "A mail server's thread pool runs nothing.",
        description:
          "No task of {{ $labels.instance }} gets a thread: the status of {{ $labels.check }} is {{ $value }}."
      ),
      AlertRule(
        name: "MailExecutorSlow", severity: .warning, pending: "10m",
        expression: """
          histogram_quantile(0.99, rate(#executor_delay_seconds_bucket[10m])) > \(RuleThreshold.executorDelay)
          """,
        summary: "Tasks of a mail server wait long for a thread.",
        description:
          "One task of a hundred on {{ $labels.instance }} waits {{ $value | humanizeDuration }} for a thread."
      ),
    ])
}

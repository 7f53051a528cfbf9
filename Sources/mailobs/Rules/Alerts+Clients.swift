// When is somebody told that clients are turned away, attack, or wait?

import MailObservability

extension Alerts {
  private static let failures = """
    sum without (result) (increase(#authentication_attempts_total{result=~"failure|rate_limited"}[1h]
    """

  /// Whether something rises by a factor beyond what it did at this hour yesterday: of the same instance, or of the most of
  /// all instances where this one was not there, as where pods are replaced.
  private static func above(_ now: String, _ factor: RuleThreshold, yesterday: String) -> String {
    """
    (
      \(now) > \(factor) * \(yesterday)
      or
      (\(now) unless \(yesterday))
        > ignoring (instance, pod) group_left ()
        (\(factor) * max without (instance, pod) (\(yesterday)))
    )
    """
  }

  private static let notJudged = """
    sum without (protocol, result) (increase(#authentication_attempts_total{result="error"}[15m]))
    """

  static let clients = RuleGroup(
    name: "alerts-clients",
    alerts: [
      AlertRule(
        name: "MailRejectsAboveYesterday", severity: .warning, pending: "15m", groups: [.smtp],
        expression: """
          increase(#smtp_messages_rejected_total[1h]) > \(RuleThreshold.rejects)
          and
          \(above(
            "increase(#smtp_messages_rejected_total[1h])", .rejectsFactor,
            yesterday: "increase(#smtp_messages_rejected_total[1h] offset 1d)"))
          """,
        summary: "Many more messages are refused than yesterday.",
        description: """
          {{ $labels.instance }} refused {{ $value | humanize }} messages or recipients in an hour with the reason \
          {{ $labels.reason }}, far more than at this hour yesterday.
          """),
      AlertRule(
        name: "MailAuthenticationFailuresAboveYesterday", severity: .warning, pending: "15m",
        groups: [.authentication],
        expression: """
          \(failures))) > \(RuleThreshold.authenticationFailures)
          and
          \(above(failures + "))", .authenticationFactor, yesterday: failures + " offset 1d))"))
          """,
        summary: "Many more logins fail than yesterday.",
        description: """
          {{ $value | humanize }} logins by {{ $labels.protocol }} failed on {{ $labels.instance }} in an hour, far \
          more than at this hour yesterday.
          """),
      AlertRule(
        name: "MailAuthenticationErrors", severity: .critical, pending: "5m", groups: [.authentication],
        expression: """
          (
            \(notJudged)
              / sum without (protocol, result) (increase(#authentication_attempts_total[15m]))
              > \(RuleThreshold.authenticationErrorRatio)
            and
            \(notJudged) > \(RuleThreshold.authenticationErrors)
          )
          unless on (job, instance)
          min_over_time(#health_check_status{check=~"authentication|directory"}[20m]) == 0
          """,
        summary: "Logins cannot be judged.",
        description: """
          {{ $value | humanizePercentage }} of the logins on {{ $labels.instance }} were not judged in a quarter of an \
          hour: the directory does not answer.
          """),
      AlertRule(
        name: "MailConnectionsNearLimit", severity: .warning, pending: "5m", groups: [.connections],
        expression: "#active_connections / #connections_limit > \(RuleThreshold.connectionsShare)",
        summary: "A mail server has hardly a connection left.",
        description: """
          {{ $labels.instance }} has {{ $value | humanizePercentage }} of the connections by {{ $labels.protocol }} \
          that it allows.
          """),
    ])

  static let tls = RuleGroup(
    name: "alerts-tls",
    alerts: [
      AlertRule(
        name: "MailTLSHandshakeErrors", severity: .warning, pending: "10m", groups: [.tls],
        expression: """
          (
            increase(#tls_handshake_errors_total{direction="incoming"}[15m])
              / ignoring (direction) group_left () (
                sum without (direction) (increase(#tls_handshake_errors_total{direction="incoming"}[15m]))
                + sum without (tls) (increase(#tls_sessions_total{tls=~"yes|starttls"}[15m]))
              ) > \(RuleThreshold.handshakeErrorRatio)
            or
            increase(#tls_handshake_errors_total{direction="outgoing"}[15m])
              / ignoring (direction) group_left () (
                sum without (direction) (increase(#tls_handshake_errors_total{direction="outgoing"}[15m]))
                + sum without (status) (increase(#tls_outgoing_sessions_total{status=~"insecure|secure"}[15m]))
              ) > \(RuleThreshold.handshakeErrorRatio)
          )
          and
          increase(#tls_handshake_errors_total[15m]) > \(RuleThreshold.handshakeErrors)
          """,
        summary: "TLS handshakes fail.",
        description: """
          {{ $value | humanizePercentage }} of the {{ $labels.direction }} handshakes of {{ $labels.instance }} failed \
          in a quarter of an hour.
          """),
      AlertRule(
        name: "MailCertificateExpiring", severity: .warning, pending: "1h", groups: [.tls],
        expression: """
          #tls_certificate_not_after_timestamp_seconds - time() < \(RuleThreshold.certificateTime)
          and
          #tls_certificate_not_after_timestamp_seconds - time() > 0
          """,
        summary: "A certificate ends soon.",
        description:
          "The certificate {{ $labels.certificate }} of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}."
      ),
      AlertRule(
        name: "MailCertificateExpired", severity: .critical, groups: [.tls],
        expression: "time() - #tls_certificate_not_after_timestamp_seconds >= 0",
        summary: "A certificate has ended.",
        description: """
          The certificate {{ $labels.certificate }} of {{ $labels.instance }} ended {{ $value | humanizeDuration }} \
          ago.
          """),
    ])

  static let latency = RuleGroup(
    name: "alerts-latency",
    alerts: [
      AlertRule(
        name: "MailLatencyBudgetFastBurn", severity: .critical, pending: "2m",
        expression: burn(.latencyFastFactor, long: "1h", short: "5m"),
        summary: "So much is slow that a month's budget is gone in two days.",
        description: slow(over: "an hour", window: "1h")),
      AlertRule(
        name: "MailLatencyBudgetSlowBurn", severity: .warning, pending: "15m",
        expression: burn(.latencySlowFactor, long: "6h", short: "30m"),
        summary: "So much is slow that a month's budget is gone in five days.",
        description: slow(over: "six hours", window: "6h")),
    ])

  /// Both windows burn: the long one says that it matters, the short one that it is not over.
  private static func burn(_ factor: RuleThreshold, long: String, short: String) -> String {
    """
    job_slo:#latency_slow:ratio_rate\(long) > \(factor) * \(RuleThreshold.latencyBudget)
    and
    job_slo:#latency_slow:ratio_rate\(short) > \(factor) * \(RuleThreshold.latencyBudget)
    and
    job_slo:#latency_requests:rate\(long) * 3600 > \(RuleThreshold.latencyVolume)
    """
  }

  private static func slow(over time: String, window: String) -> String {
    """
    {{ $value | humanizePercentage }} of {{ $labels.slo }} on {{ $labels.job }} were slow over \(time); the most on \
    {{ range query (printf "topk(1, instance_slo:#latency_slow:ratio_rate\(window){job=%q,namespace=%q,slo=%q})" $labels.job \
    $labels.namespace $labels.slo) }}{{ . | label "instance" }}, {{ . | value | humanizePercentage }}{{ end }}.
    """
  }
}

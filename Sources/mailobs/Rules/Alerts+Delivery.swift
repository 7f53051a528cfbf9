// When is somebody told that mail does not leave?

import MailObservability

extension Alerts {
  static let queue = RuleGroup(
    name: "alerts-queue",
    alerts: [
      AlertRule(
        name: "MailQueueGrowing", severity: .warning, pending: "15m", groups: [.queue],
        expression: """
          #queue_size > \(RuleThreshold.queueMessages)
          and
          deriv(#queue_size[30m]) * 3600 > \(RuleThreshold.queueGrowth)
          """,
        summary: "A mail queue is long and grows.",
        description: "{{ $value }} messages are in the queue of {{ $labels.instance }}, and it grows."),
      AlertRule(
        name: "MailQueueOld", severity: .warning, pending: "5m", groups: [.queue],
        expression: "#queue_oldest_message_age_seconds > \(RuleThreshold.queueAge)",
        summary: "A message has been in the queue for long.",
        description:
          "The oldest message in the queue of {{ $labels.instance }} is there for {{ $value | humanizeDuration }}."
      ),
      AlertRule(
        name: "MailQueueStalled", severity: .critical, pending: "5m", groups: [.queue, .delivery],
        expression: """
          (
            min_over_time(#queue_size[30m]) > \(RuleThreshold.queueStalled)
            and
            #queue_size offset 30m
            and
            sum without (recipient, result) (increase(#delivery_attempts_total{result="delivered"}[30m])) == 0
          )
          unless on (job, instance)
          min_over_time(#health_check_status{check=~"queue|delivery|storage|executor"}[10m]) == 0
          """,
        summary: "Nothing leaves a queue that is not empty.",
        description:
          "{{ $labels.instance }} has delivered nothing for half an hour, with {{ $value }} messages or more in its queue."
      ),
    ])

  private static let volume = """
    sum without (recipient, result) (increase(#delivery_attempts_total[30m])) > \(RuleThreshold.deliveryVolume)
    """

  /// The share of attempts with these results, above a threshold and with enough attempts.
  private static func attempts(_ results: String, above threshold: RuleThreshold) -> String {
    """
    sum without (recipient, result) (rate(#delivery_attempts_total{result=~"\(results)"}[30m]))
      / sum without (recipient, result) (rate(#delivery_attempts_total[30m]))
      > \(threshold)
    and
    \(volume)
    """
  }

  static let delivery = RuleGroup(
    name: "alerts-delivery",
    alerts: [
      AlertRule(
        name: "MailPermanentFailures", severity: .warning, pending: "10m", groups: [.delivery],
        expression: attempts("permanent_failure", above: .permanentRatio),
        summary: "Many deliveries fail for good.",
        description:
          "{{ $value | humanizePercentage }} of the attempts of {{ $labels.instance }} failed for good in half an hour."
      ),
      AlertRule(
        name: "MailDeferrals", severity: .warning, pending: "10m", groups: [.delivery],
        expression: attempts("temporary_failure|timeout|error", above: .deferralRatio),
        summary: "Many deliveries are deferred.",
        description:
          "{{ $value | humanizePercentage }} of the attempts of {{ $labels.instance }} were deferred in half an hour."
      ),
      AlertRule(
        name: "MailDeliveryFailureReason", severity: .warning, pending: "10m", groups: [.delivery],
        expression: """
          rate(#delivery_failures_total[30m])
            / ignoring (reason) group_left ()
            sum without (recipient, result) (rate(#delivery_attempts_total[30m]))
            > \(RuleThreshold.reasonRatio)
          and ignoring (reason)
          \(volume)
          """,
        summary: "Many deliveries fail for one reason.",
        description: """
          {{ $value | humanizePercentage }} of the attempts of {{ $labels.instance }} failed in half an hour with the \
          reason {{ $labels.reason }}.
          """),
    ])
}

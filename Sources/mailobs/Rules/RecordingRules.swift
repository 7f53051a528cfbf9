// Which numbers of all servers together are computed beforehand?

import MailObservability

/// Numbers of a job, over all of its instances. What tells one instance from another is `instance`, and in Kubernetes `pod`.
enum RecordingRules {
  /// The rate of a counter, one series for each value of its labels.
  private static func rate(
    _ counter: String, _ labels: String = "", _ group: MetricGroup? = nil
  ) -> RecordingRule {
    let level = labels.isEmpty ? "job" : "job_" + labels
    return RecordingRule(
      record: "\(level):#\(counter):rate5m",
      expression: "sum without (instance, pod) (rate(#\(counter)_total[5m]))",
      groups: Set(group.map { [$0] } ?? []))
  }

  /// A gauge, added up or the largest.
  private static func gauge(
    _ name: String, _ labels: String = "", _ operation: String = "sum", _ group: MetricGroup? = nil
  ) -> RecordingRule {
    let level = labels.isEmpty ? "job" : "job_" + labels
    return RecordingRule(
      record: "\(level):#\(name):\(operation)", expression: "\(operation) without (instance, pod) (#\(name))",
      groups: Set(group.map { [$0] } ?? []))
  }

  /// A quantile out of the buckets of all instances.
  private static func quantile(
    _ percent: Int, of histogram: String, _ labels: String = "", _ group: MetricGroup? = nil
  ) -> RecordingRule {
    let level = labels.isEmpty ? "job" : "job_" + labels
    return RecordingRule(
      record: "\(level):#\(histogram):p\(percent)_rate5m",
      expression: """
        histogram_quantile(0.\(percent), sum without (instance, pod) (rate(#\(histogram)_bucket[5m])))
        """,
      groups: Set(group.map { [$0] } ?? []))
  }

  /// One sum of rates over another.
  private static func ratio(
    _ record: String, _ part: String, of whole: String, without labels: String, window: String = "30m",
    _ groups: Set<MetricGroup>
  ) -> RecordingRule {
    RecordingRule(
      record: "\(record):ratio_rate\(window)",
      expression: """
        sum without (instance, pod, \(labels)) (rate(\(part)[\(window)]))
          / sum without (instance, pod, \(labels)) (rate(\(whole)[\(window)]))
        """,
      groups: groups)
  }

  static let traffic = RuleGroup(
    name: "traffic",
    recording: [
      rate("smtp_connections", "", .smtp),
      rate("smtp_connections_rejected", "reason", .smtp),
      rate("smtp_messages_received", "", .smtp),
      rate("smtp_messages_sent", "", .smtp),
      rate("smtp_messages_rejected", "reason", .smtp),
      rate("smtp_errors", "", .smtp),
      rate("smtp_commands", "command", .smtp),
      rate("smtp_replies", "code", .smtp),
      quantile(95, of: "smtp_session_duration_seconds", "", .smtp),
      rate("imap_connections", "", .imap),
      rate("imap_commands", "", .imap),
      rate("imap_errors", "", .imap),
      rate("imap_responses", "result", .imap),
      gauge("imap_idle_connections", "", "sum", .imap),
      quantile(95, of: "imap_command_duration_seconds", "command", .imap),
      rate("jmap_requests", "", .jmap),
      rate("jmap_errors", "", .jmap),
      quantile(95, of: "jmap_request_duration_seconds", "", .jmap),
      rate("push_deliveries", "", .push),
      rate("push_delivery_failures", "", .push),
      gauge("active_connections", "protocol", "sum", .connections),
      gauge("connections_limit", "protocol", "sum", .connections),
      rate("session_bytes", "protocol_direction", .connections),
      rate("tls_sessions", "tls", .tls),
      rate("tls_outgoing_sessions", "status", .tls),
      rate("tls_handshake_errors", "direction", .tls),
      rate("authentication_attempts", "protocol_result", .authentication),
      ratio(
        "job_protocol:#authentication_failures",
        "#authentication_attempts_total{result=~\"failure|rate_limited\"}",
        of: "#authentication_attempts_total", without: "result", [.authentication]),
      rate("spf_results", "result", .policy),
      rate("dkim_results", "result", .policy),
      rate("dmarc_results", "result", .policy),
    ])

  static let mail = RuleGroup(
    name: "mail",
    recording: [
      rate("mail_processed", "", .mail),
      rate("mail_delivered", "", .mail),
      rate("mail_bounced", "", .mail),
      rate("mail_dropped", "", .mail),
      quantile(50, of: "message_processing_latency_seconds", "", .mail),
      quantile(95, of: "message_processing_latency_seconds", "", .mail),
      quantile(99, of: "message_processing_latency_seconds", "", .mail),
      gauge("queue_size", "", "sum", .queue),
      gauge("queue_messages", "state", "sum", .queue),
      gauge("queue_oldest_message_age_seconds", "", "max", .queue),
      rate("queue_retries", "", .queue),
      rate("queue_puts", "", .queue),
      quantile(95, of: "queue_wait_seconds", "", .queue),
      rate("delivery_attempts", "recipient_result", .delivery),
      rate("delivery_failures", "reason", .delivery),
      gauge("delivery_in_flight", "", "sum", .delivery),
      quantile(95, of: "delivery_attempt_duration_seconds", "recipient", .delivery),
      ratio(
        "job:#delivery_permanent_failures", "#delivery_attempts_total{result=\"permanent_failure\"}",
        of: "#delivery_attempts_total", without: "recipient, result", [.delivery]),
      ratio(
        "job:#delivery_deferrals", "#delivery_attempts_total{result=~\"temporary_failure|timeout|error\"}",
        of: "#delivery_attempts_total", without: "recipient, result", [.delivery]),
      gauge("mailboxes", "", "sum", .storage),
      gauge("messages", "", "sum", .storage),
      gauge("storage_bytes", "", "sum", .storage),
      quantile(95, of: "storage_operation_duration_seconds", "operation", .storage),
    ])

  static let servers = RuleGroup(
    name: "servers",
    recording: [
      RecordingRule(
        record: "job:#up:ratio", expression: "avg without (instance, pod) (up{@job})"),
      gauge("health_check_status", "check", "min"),
      quantile(99, of: "executor_delay_seconds"),
      quantile(95, of: "observability_scrape_duration_seconds"),
      gauge("observability_series"),
      rate("observability_http_rejected", "reason"),
      rate("observability_rejected", "reason"),
      RecordingRule(
        record: "job:#process_cpu_seconds:rate5m",
        expression: "sum without (instance, pod) (rate(process_cpu_seconds_total{@job}[5m]))"),
      RecordingRule(
        record: "job:#process_resident_memory_bytes:sum",
        expression: "sum without (instance, pod) (process_resident_memory_bytes{@job})"),
      RecordingRule(
        record: "job:#process_open_fds:sum",
        expression: "sum without (instance, pod) (process_open_fds{@job})"),
    ])
}

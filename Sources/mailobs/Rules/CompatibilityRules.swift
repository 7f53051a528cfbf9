// Which names of rusmes-metrics does a Prometheus keep for boards and alerts that ask for them?

import MailObservability

/// The names that rusmes-metrics 0.1.2 exports, each with what has it here.
enum CompatibilityRules {
  /// Both have the name: a rule is needed only where the namespace is another one.
  private static let same: [(String, MetricGroup)] = [
    ("smtp_connections_total", .smtp), ("smtp_messages_received_total", .smtp),
    ("smtp_messages_sent_total", .smtp), ("smtp_errors_total", .smtp),
    ("smtp_session_duration_seconds_bucket", .smtp), ("smtp_session_duration_seconds_sum", .smtp),
    ("smtp_session_duration_seconds_count", .smtp),
    ("imap_connections_total", .imap), ("imap_commands_total", .imap), ("imap_errors_total", .imap),
    ("jmap_requests_total", .jmap), ("jmap_errors_total", .jmap),
    ("push_deliveries_total", .push), ("push_delivery_failures_total", .push),
    ("mail_processed_total", .mail), ("mail_delivered_total", .mail), ("mail_bounced_total", .mail),
    ("mail_dropped_total", .mail), ("messages_per_domain_total", .mail),
    ("message_processing_latency_seconds_bucket", .mail), ("message_processing_latency_seconds_sum", .mail),
    ("message_processing_latency_seconds_count", .mail),
    ("queue_size", .queue), ("queue_retries_total", .queue), ("storage_bytes", .storage),
    ("active_connections", .connections), ("tls_sessions_total", .tls),
  ]

  /// The names that are others here. Of the protocols those are taken that speak SMTP to clients, as there.
  private static let different: [(String, String, MetricGroup)] = [
    ("mailboxes_total", "#mailboxes", .storage),
    ("messages_total", "#messages", .storage),
    ("smtp_auth_success_total", logins("success"), .authentication),
    ("smtp_auth_failure_total", logins("failure"), .authentication),
    ("smtp_connections_rejected_blocked_total", rejected("blocked"), .smtp),
    ("smtp_connections_rejected_overload_total", rejected("overload"), .smtp),
  ]

  private static func logins(_ result: String) -> String {
    """
    sum without (protocol, result) (#authentication_attempts_total{protocol=~"smtp|submission",result="\(result)"})
    """
  }

  private static func rejected(_ reason: String) -> String {
    "sum without (reason) (#smtp_connections_rejected_total{reason=\"\(reason)\"})"
  }

  static func group(namespace: String) -> RuleGroup {
    var rules = different.map { name, expression, group in
      RecordingRule(record: "rusmes_" + name, expression: expression, groups: [group])
    }
    if namespace != "rusmes" {
      rules += same.map { name, group in
        RecordingRule(record: "rusmes_" + name, expression: "#" + name, groups: [group])
      }
      // By reason here, and there one number.
      rules.append(
        RecordingRule(
          record: "rusmes_smtp_messages_rejected_total",
          expression: "sum without (reason) (#smtp_messages_rejected_total)", groups: [.smtp]))
    }
    return RuleGroup(name: "names-of-rusmes-metrics", recording: rules)
  }
}

// How much is slow, over which times?

import MailObservability

extension RecordingRules {
  /// What is answered within a time or is slow.
  private struct Objective {
    /// The value of the label `slo`, and what is counted.
    let name: String
    let histogram: String
    /// Which series count, with braces and a comma at the end; empty for all.
    var matcher = ""
    /// The labels of the histogram.
    var labels = ""
    /// The bucket that is still in time. A bound that is no whole number: those are written in two ways.
    let bound: String
    let group: MetricGroup
  }

  /// What waits for a person or for news is as slow as they are, so it is left out.
  private static let objectives = [
    Objective(
      name: "messages", histogram: "message_processing_latency_seconds", bound: "2.5", group: .mail),
    Objective(
      name: "SMTP commands", histogram: "smtp_command_duration_seconds",
      matcher: "command!~\"auth|data|bdat\",", labels: ", command", bound: "0.5", group: .smtp),
    Objective(
      name: "IMAP commands", histogram: "imap_command_duration_seconds",
      matcher: "command!~\"idle|authenticate\",", labels: ", command", bound: "0.5", group: .imap),
    Objective(
      name: "JMAP requests", histogram: "jmap_request_duration_seconds", bound: "0.5", group: .jmap),
  ]

  /// The two windows of each burn, longest last.
  private static let windows = ["5m", "30m", "1h", "6h"]

  private static func rules(_ objective: Objective, _ window: String) -> [RecordingRule] {
    let bucket = "#\(objective.histogram)_bucket{\(objective.matcher)le=\"\(objective.bound)\"}[\(window)]"
    let count = "#\(objective.histogram)_count{\(objective.matcher.dropLast())}[\(window)]"
      .replacingText("{}", by: "")
    func rule(_ level: String, _ without: String) -> RecordingRule {
      RecordingRule(
        record: "\(level):#latency_slow:ratio_rate\(window)",
        expression: """
          1 -
            sum without (\(without)le\(objective.labels)) (rate(\(bucket)))
            / sum without (\(without)le\(objective.labels)) (rate(\(count)))
          """,
        labels: ["slo": objective.name], groups: [objective.group])
    }
    let slow = rule("job_slo", "instance, pod, ")
    guard window.hasSuffix("h") else { return [slow] }
    return [
      slow, rule("instance_slo", ""),
      RecordingRule(
        record: "job_slo:#latency_requests:rate\(window)",
        expression: "sum without (instance, pod\(objective.labels)) (rate(\(count)))",
        labels: ["slo": objective.name], groups: [objective.group]),
    ]
  }

  static let latency = RuleGroup(
    name: "latency",
    recording: objectives.flatMap { objective in windows.flatMap { rules(objective, $0) } })
}

extension String {
  /// Without Foundation, which has this by another name.
  func replacingText(_ text: String, by replacement: String) -> String {
    var (result, rest) = ("", Substring(self))
    while let first = rest.first {
      if rest.hasPrefix(text) {
        result += replacement
        rest.removeFirst(text.count)
      } else {
        result.append(first)
        rest.removeFirst()
      }
    }
    return result
  }
}

// Which rules are there for a namespace, a job and the parts of the catalogue that a host exports?

import MailObservability

/// The files of rules.
struct RuleBook: Sendable {
  /// What every name begins with, without its underscore.
  let namespace: String
  /// A regular expression for the job that the servers are scraped by.
  let job: String
  let groups: Set<MetricGroup>
  /// What stands before the anchors of the article on alerts.
  let runbooks: String

  var files: [RuleFile] {
    let alerts = kept([
      Alerts.availability, Alerts.health, Alerts.queue, Alerts.delivery, Alerts.clients, Alerts.tls,
      Alerts.latency, Alerts.storage, Alerts.process, Alerts.library,
    ])
    let latency = kept([RecordingRules.latency])
    // The burn of a budget is computed from what is recorded, and of nothing there is none.
    let judged = latency.isEmpty ? alerts.filter { $0.name != Alerts.latency.name } : alerts
    return [
      RuleFile(
        name: "recording.rules.yml", head: RuleBook.recordingHead,
        groups: kept([RecordingRules.traffic, RecordingRules.mail, RecordingRules.servers]) + latency),
      RuleFile(name: "alerts.rules.yml", head: RuleBook.alertsHead, groups: withThresholds(judged)),
      RuleFile(
        name: "rusmes-compat.rules.yml", head: RuleBook.compatibilityHead,
        groups: kept([CompatibilityRules.group(namespace: namespace)])),
    ]
  }

  /// The rules that read nothing but what is exported, in the groups that still have one.
  private func kept(_ all: [RuleGroup]) -> [RuleGroup] {
    all.compactMap { group in
      var kept = group
      kept.recording.removeAll { !$0.groups.isSubset(of: groups) }
      kept.alerts.removeAll { !$0.groups.isSubset(of: groups) }
      return kept.recording.isEmpty && kept.alerts.isEmpty ? nil : kept
    }
  }

  private func withThresholds(_ alerts: [RuleGroup]) -> [RuleGroup] {
    let read = RuleThreshold.allCases.filter { threshold in
      alerts.contains { $0.alerts.contains { $0.expression.contains("\(threshold)") } }
    }
    let rules = read.map { threshold in
      let (number, reason) = threshold.value
      return RecordingRule(record: threshold.record, expression: "vector(\(number))", comment: reason)
    }
    let guarding = RuleGroup(name: "alerts-thresholds", alerts: [Alerts.thresholds(read)])
    return [RuleGroup(name: "thresholds", recording: rules)] + alerts + [guarding]
  }

  /// A text of a rule with what its signs stand for.
  func filled(_ text: String) -> String {
    text.replacingText("#", by: namespace + "_").replacingText("@job", by: "job=~\"\(job)\"")
  }

  private static let recordingHead = """
    Numbers of all servers of a job together, computed beforehand for the alerts on latency and for boards of your own; the
    boards in dashboards/grafana do without. A name says which labels are left, what is counted, and how: job_reason:…:rate5m is a rate a second over five minutes, by job and reason. Scrape at least
    once a minute, or a rate over five minutes has too little to go by.
    """

  private static let alertsHead = """
    Alerts of mail servers. The numbers that they compare with are the group of thresholds at the top: change them there. For
    one server or job alone, compare with a threshold of its own. The latency alerts read recording.rules.yml, so load both.
    What a server does not export alerts nobody. Severities: critical wakes somebody, warning is for the day, info is shown,
    none is the watchdog.
    """

  private static let compatibilityHead = """
    Names that rusmes-metrics 0.1.2 exports and these servers do not, so that boards and alerts written for it go on as they
    are. Without such boards this file is not needed.
    """
}

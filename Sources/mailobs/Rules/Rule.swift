// What is a rule of Prometheus, before it is text?

import MailObservability

/// A series that Prometheus computes from others.
///
/// In names and expressions `#` stands for the namespace and its underscore, and `@job` for the matcher of the
/// servers' job; in PromQL neither means anything there.
struct RecordingRule: Sendable {
  /// Level, metric and operation, as `job_reason:#delivery_failures:rate5m`: the level names the labels that are left.
  let record: String
  let expression: String
  /// Labels that the series has besides.
  var labels: [String: String] = [:]
  /// The parts of the catalogue that it reads; empty for what every server has.
  var groups: Set<MetricGroup> = []
  /// Why its number is what it is, on lines above it.
  var comment: String?
}

/// A condition that people are told of.
struct AlertRule: Sendable {
  /// What is done when it fires.
  enum Severity: String, Sendable {
    /// Somebody is woken.
    case critical
    /// Somebody looks at it in the day.
    case warning
    /// Shown beside others, and told to nobody.
    case info
    /// Fires always; that it arrives is what is watched.
    case none
  }

  /// Its heading in the article on alerts, too.
  let name: String
  let severity: Severity
  /// How long the condition has to hold before it fires; nil for at once.
  var pending: String?
  /// The parts of the catalogue that it reads; empty for what every server has.
  var groups: Set<MetricGroup> = []
  let expression: String
  let summary: String
  /// A template of Prometheus, with the instance and the value.
  let description: String
}

/// Rules that are evaluated one after the other, at one time.
struct RuleGroup: Sendable {
  /// What follows the namespace in its name.
  let name: String
  var recording: [RecordingRule] = []
  var alerts: [AlertRule] = []
}

/// A file of rules, as Prometheus loads it.
struct RuleFile: Sendable {
  let name: String
  /// What stands above the rules, without the comment signs.
  let head: String
  var groups: [RuleGroup]
}

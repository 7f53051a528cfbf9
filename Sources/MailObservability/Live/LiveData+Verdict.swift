// What does the page say first?

import HealthProbes
import MetricExposition
import ObservabilityPlatform

/// What is wrong, in the words of an operator, the worst first.
struct LiveVerdict: Sendable {
  enum Level: Int, Sendable {
    case good, warning, bad

    var text: String { ["good", "warning", "bad"][rawValue] }
  }

  struct Line: Sendable {
    let level: Level
    let text: String
  }

  private(set) var lines: [Line] = []

  /// The most lines; more checks are counted.
  private static let most = 6

  var level: Level { lines.map(\.level).max { $0.rawValue < $1.rawValue } ?? .good }

  init(_ report: HealthReport, stuckFor delay: Duration, _ connections: ConnectionMetrics) {
    if delay >= LiveVerdict.patience {
      add(
        .bad,
        "The Swift executor is stuck: it has run no task for \(LiveVerdict.text(delay)). Sessions and deliveries stand still."
      )
    }
    if report.isDraining { add(.warning, "The server is shutting down: new work is turned away.") }
    if let reason = report.maintenance {
      add(.warning, "In maintenance: \(LiveText.shown(reason, atMost: 100))")
    }
    for check in report.checks where check.state != .pass { add(check, at: report.unixTime) }
    for name in MailProtocol.allCases {
      let (active, limit) = (connections.active[name].value, connections.limit[name])
      guard limit.isSet, limit.value > 0, active >= 0.9 * limit.value else { continue }
      let share = Int(min(100 * active / limit.value, 999))
      add(.warning, "\(name.rawValue) has \(share) % of the connections that it may have.")
    }
    lines.sort { $0.level.rawValue > $1.level.rawValue }
    let more = lines.count - LiveVerdict.most
    if more > 0 {
      let level = lines[LiveVerdict.most].level
      lines.removeLast(more)
      lines.append(Line(level: level, text: "And \(more) more."))
    }
    if lines.isEmpty {
      let count = report.checks.count
      add(
        .good,
        count == 0
          ? "No health check is set up." : "All is well: \(count) check\(count == 1 ? " passes" : "s pass").")
    }
  }

  /// How long the pool may run nothing.
  static let patience = Duration.milliseconds(500)

  private mutating func add(_ level: Level, _ text: String) { lines.append(Line(level: level, text: text)) }

  private mutating func add(_ check: HealthCheckReport, at now: Duration) {
    let name = LiveText.shown(check.name)
    let reason = check.reason.map { ": \(LiveText.shown($0, atMost: 100))" } ?? ""
    let since = check.history.last.map { " (for \(LiveVerdict.text(now - $0.unixTime)))" } ?? ""
    switch check.state {
    case .pass: break
    case .pending: add(.warning, "\(name) is not known yet\(since)")
    case .warn: add(.warning, "\(name) warns\(reason)\(since)")
    case .fail: add(check.impact == .blocks ? .bad : .warning, "\(name) fails\(reason)\(since)")
    }
  }

  /// About how long something has lasted.
  static func text(_ duration: Duration) -> String {
    let seconds = Int(min(max(duration.seconds, 0), 1e9))
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }
}

extension LiveData {
  /// The most checks that are told one by one; the page says how many more there are.
  private static let mostChecks = 20
  private static let mostChanged = 5
  /// For how long a change is told of: longer than two turns, between which who asks may have to wait.
  private static let lately = Duration.seconds(12)

  /// - Parameter checks: which checks are told one by one.
  func write(_ report: HealthReport, _ checks: ToldChecks, to json: inout JSONText) {
    let verdict = LiveVerdict(report, stuckFor: poolDelay(), connections)
    json.key("level")
    json.string(verdict.level.text)
    json.key("verdict")
    json.array { json in
      for line in verdict.lines {
        json.object { json in
          json.key("level")
          json.string(line.level.text)
          json.key("text")
          json.string(line.text)
        }
      }
    }
    json.key("check_count")
    json.integer(report.checks.count)
    // Those with which something is wrong come first; the order of the others stays.
    let wrong = report.checks.filter { $0.state != .pass }
    let right = report.checks.filter { $0.state == .pass }
    let told: ArraySlice<HealthCheckReport>
    let changes: Int
    switch checks {
    case .none: return
    case .all:
      (told, changes) = ((wrong + right).prefix(LiveData.mostChecks), 12)
      json.key("told")
      json.string("all")
    case .changed:
      let changed = (wrong + right).filter { check in
        check.history.last.map { report.unixTime - $0.unixTime < LiveData.lately } ?? false
      }
      (told, changes) = (changed.prefix(LiveData.mostChanged), 4)
      // Of some alone, since an answer is small; who needs all asks for them.
      json.key("told")
      json.string(changed.count > LiveData.mostChanged ? "some" : "changed")
    }
    json.key("checks")
    json.array { json in for check in told { write(check, changes: changes, to: &json) } }
  }

  /// Which checks an answer tells of one by one.
  enum ToldChecks { case all, changed, none }

  private func write(_ check: HealthCheckReport, changes: Int, to json: inout JSONText) {
    json.object { json in
      json.key("name")
      json.string(LiveText.shown(check.name))
      json.key("state")
      json.string(LiveData.text(check.state))
      if let reason = check.reason, check.state != .pass {
        json.key("reason")
        json.string(LiveText.shown(reason, atMost: 80))
      }
      // The last changes, each with the state that it led to.
      json.key("strip")
      json.array { json in
        for change in check.history.suffix(changes) {
          json.array { json in
            json.number(change.unixTime.seconds.rounded())
            json.string(LiveData.text(change.to))
          }
        }
      }
    }
  }

  private static func text(_ state: HealthState) -> String {
    switch state {
    case .pass: "pass"
    case .warn: "warn"
    case .fail: "fail"
    case .pending: "pending"
    }
  }
}

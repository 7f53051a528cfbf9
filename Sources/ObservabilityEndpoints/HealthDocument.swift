// The forms of `/health`.

import ObservabilityPlatform
import HealthProbes

/// Writes what is known of the checks as JSON.
struct HealthDocument {
  private let report: HealthReport
  private let settings: EndpointSettings
  /// Whether the client may know why something fails.
  private let showsDetails: Bool

  init(_ report: HealthReport, settings: EndpointSettings, showsDetails: Bool) {
    self.report = report
    self.settings = settings
    self.showsDetails = showsDetails
  }

  /// `{"status":"healthy","checks":{"storage":"healthy"}}`.
  var brief: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("status")
      json.string(report.status.rawValue)
      json.key("checks")
      json.object { json in
        for check in report.checks {
          json.key(check.name)
          json.string(check.state.status.rawValue)
        }
      }
    }
    return json.bytes
  }

  /// Source: draft-inadarei-api-health-check-06.
  var healthJSON: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("status")
      json.string(report.status.passWarnFail)
      if !settings.version.isEmpty {
        json.key("version")
        json.string(settings.version)
      }
      json.key("description")
      json.string("health of \(settings.serviceName)")
      json.key("checks")
      json.object { json in
        for check in report.checks {
          json.key(check.name)
          json.array { json in
            json.object { json in
              json.key("status")
              json.string(check.state.status.passWarnFail)
              if let age = check.age {
                json.key("time")
                json.string(RFC3339.text(report.unixTime - age))
              }
              if showsDetails, let reason = check.reason {
                json.key("output")
                json.string(reason)
              }
            }
          }
        }
      }
    }
    return json.bytes
  }

  /// Everything that is known; reasons only for trusted clients.
  var verbose: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("status")
      json.string(report.status.rawValue)
      json.key("time")
      json.string(RFC3339.text(report.unixTime))
      json.key("started")
      json.bool(report.hasStarted)
      json.key("draining")
      json.bool(report.isDraining)
      json.key("maintenance")
      if let maintenance = report.maintenance, showsDetails {
        json.string(maintenance)
      } else {
        json.bool(report.maintenance != nil)
      }
      json.key("checks")
      json.object { json in
        for check in report.checks {
          json.key(check.name)
          append(check, to: &json)
        }
      }
    }
    return json.bytes
  }

  private func append(_ check: HealthCheckReport, to json: inout JSONText) {
    json.object { json in
      json.key("status")
      json.string(check.state.status.rawValue)
      json.key("state")
      json.string(check.state.rawValue)
      if showsDetails, let reason = check.reason {
        json.key("reason")
        json.string(reason)
      }
      json.key("probes")
      json.array { json in
        for probe in HealthProbe.allCases where check.probes.takesPart(in: probe) {
          json.string(probe.rawValue)
        }
      }
      json.key("impact")
      json.string(check.impact.rawValue)
      json.key("age_seconds")
      seconds(check.age, &json)
      json.key("duration_seconds")
      seconds(check.duration, &json)
      if let running = check.runningFor {
        json.key("running_seconds")
        seconds(running, &json)
      }
      json.key("failures_in_a_row")
      json.integer(check.failuresInARow)
      json.key("successes_in_a_row")
      json.integer(check.successesInARow)
      json.key("history")
      json.array { json in
        for transition in check.history {
          json.object { json in
            json.key("time")
            json.string(RFC3339.text(transition.unixTime))
            json.key("from")
            json.string(transition.from.rawValue)
            json.key("to")
            json.string(transition.to.rawValue)
            if showsDetails, let reason = transition.reason {
              json.key("reason")
              json.string(reason)
            }
          }
        }
      }
    }
  }

  private func seconds(_ duration: Duration?, _ json: inout JSONText) {
    guard let duration else { return json.null() }
    // Microseconds are as much as anybody reads.
    json.number((duration.seconds * 1e6).rounded() / 1e6)
  }
}

/// Times as people and `application/health+json` write them.
enum RFC3339 {
  /// A time since 1970 in UTC, to the second.
  static func text(_ time: Duration) -> String {
    let seconds = min(max(time.components.seconds, 0), 253_402_300_799)
    let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, dayOfMonth) = date(daysSince1970: day)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
      + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The civil date of a day count, by counting in eras of 400 years that begin on 1 March.
  private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

// What does `/health` say, in each of its forms?

import ObservabilityPlatform
import HealthProbes
import MetricExposition

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
      if !check.groups.isEmpty {
        json.key("groups")
        json.array { json in
          for group in check.groups.sorted() { json.string(group) }
        }
      }
      json.key("impact")
      json.string(check.impact.rawValue)
      json.key("age_seconds")
      seconds(check.age, &json)
      json.key("duration_seconds")
      seconds(check.duration, &json)
      if check.isSlow {
        json.key("slow")
        json.bool(true)
      }
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

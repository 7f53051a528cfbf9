// What do health checks look like in a scrape?

import ObservabilityPlatform
import HealthProbes
import MetricInstruments

/// Exports stored results; a scrape never runs a check.
struct HealthCollector: SynchronousCollector {
  static let reservedName = "health"
  /// The names of the labels that its families have.
  static let labels = ["check", "to", "probe", "result", "path"]
  let name = HealthCollector.reservedName
  let health: HealthRegistry
  /// And not the registry, which holds its collectors.
  let namespace: String

  func read() -> [CollectedFamily] {
    let report = health.report()
    let known = report.checks.filter { $0.state != .pending }
    return [
      family(
        "health_check_status", .gauge, "State of a health check: 1 pass, 0.5 warning, 0 failure.",
        known.map { CollectedSample($0.state == .pass ? 1 : $0.state == .warn ? 0.5 : 0, ["check": $0.name]) }
      ),
      family(
        "health_check_duration_seconds", .gauge, "Duration of a health check's last run.", unit: "seconds",
        known.compactMap { check in check.duration.map { CollectedSample($0.seconds, ["check": check.name]) }
        }),
      family(
        "health_check_transitions_total", .counter, "Changes of a health check's state, by the new state.",
        report.checks.flatMap { check in
          let counts = check.transitionCounts
          return [("pass", counts.pass), ("warn", counts.warn), ("fail", counts.fail)].map { state, count in
            CollectedSample(Double(count), ["check": check.name, "to": state])
          }
        }),
      family("probe_requests_total", .counter, "Probes answered, by result.", probes),
    ] + filesystems(report)
  }

  private var probes: [CollectedSample] {
    let answers = health.statistics.answers
    return HealthProbe.allCases.flatMap { probe in
      [
        CollectedSample(Double(answers[probe].passed), ["probe": probe.rawValue, "result": "pass"]),
        CollectedSample(Double(answers[probe].failed), ["probe": probe.rawValue, "result": "fail"]),
      ]
    }
  }

  /// The figures that disk checks found on their way; a path that two checks watch comes once.
  private func filesystems(_ report: HealthReport) -> [CollectedFamily] {
    var readings: [String: FilesystemReading] = [:]
    for check in report.checks {
      if let reading = check.reading { readings[reading.path] = reading }
    }
    guard !readings.isEmpty else { return [] }
    let sorted = readings.values.sorted { $0.path < $1.path }
    return [
      family(
        "filesystem_avail_bytes", .gauge, "Space that is left in a file system.", unit: "bytes",
        sorted.map { CollectedSample(Double($0.availableBytes), ["path": $0.path]) }),
      family(
        "filesystem_size_bytes", .gauge, "Size of a file system.", unit: "bytes",
        sorted.map { CollectedSample(Double($0.sizeBytes), ["path": $0.path]) }),
      family(
        "filesystem_files_free", .gauge, "Files that can still be created in a file system.",
        sorted.compactMap { reading in
          reading.availableFiles.map { CollectedSample(Double($0), ["path": reading.path]) }
        }),
    ]
  }

  private func family(
    _ name: String, _ type: MetricType, _ help: String, unit: String = "", _ samples: [CollectedSample]
  ) -> CollectedFamily {
    CollectedFamily(
      Registry.fullName(name, in: namespace), type, help: help, unit: unit, samples: samples)
  }
}

// What do health checks look like in a scrape?

import ObservabilityPlatform
import HealthProbes
import MetricInstruments

/// Exports stored results; a scrape never runs a check.
final class HealthCollector: SynchronousCollector {
  static let reservedName = "health"
  /// The names of the labels that its families have.
  static let labels = ["check", "to", "probe", "result", "path"]
  let name = HealthCollector.reservedName
  private let health: HealthRegistry
  /// And not the registry, which holds its collectors.
  private let namespace: String
  /// The families about checks and probes as they were last read.
  private let last: Locked<[CollectedFamily]>
  /// The labels of each probe, of what passed and of what failed.
  private let probeLabels: [(probe: HealthProbe, passed: Labels, failed: Labels)]
  /// Those of each check, made once and not for each scrape.
  private let checkLabels = Locked<[LabelText: CheckLabels]>([:])

  private typealias Labels = [CollectedSample.Label]

  private struct CheckLabels: Sendable {
    let check: Labels
    let pass: Labels
    let warn: Labels
    let fail: Labels

    init(_ name: String) {
      check = [.init("check", name)]
      func to(_ state: String) -> Labels { [.init("check", name), .init("to", state)] }
      (pass, warn, fail) = (to("pass"), to("warn"), to("fail"))
    }
  }

  init(health: HealthRegistry, namespace: String) {
    self.health = health
    self.namespace = namespace
    func family(_ name: String, _ type: MetricType, _ help: String, unit: String = "") -> CollectedFamily {
      CollectedFamily(
        Registry.fullName(name, in: namespace), type, help: help, unit: unit, samples: [])
    }
    last = Locked([
      family("health_check_status", .gauge, "State of a health check: 1 pass, 0.5 warning, 0 failure."),
      family(
        "health_check_duration_seconds", .gauge, "Duration of a health check's last run.", unit: "seconds"),
      family(
        "health_check_transitions_total", .counter, "Changes of a health check's state, by the new state."),
      family("probe_requests_total", .counter, "Probes answered, by result."),
      family("health_maintenance", .gauge, "Whether the server is in maintenance: 1 or 0."),
      family("health_draining", .gauge, "Whether the server is shutting down: 1 or 0."),
      family(
        "health_check_blocks", .gauge,
        "Whether a probe fails when a health check does: 1, or 0 if it degrades."),
    ])
    probeLabels = HealthProbe.allCases.map { probe in
      func labels(_ result: String) -> Labels { [.init("probe", probe.rawValue), .init("result", result)] }
      return (probe, labels("pass"), labels("fail"))
    }
  }

  func read() -> [CollectedFamily] {
    let report = health.report()
    let answers = health.statistics.answers
    let known = last.withLock { last in
      // One by one in the place of what was there, whose memory is used again.
      var ends = (status: 0, durations: 0, transitions: 0, probes: 0, blocks: 0)
      for check in report.checks {
        let labels = labels(of: check.name, among: report.checks.count)
        if check.state != .pending {
          let value = check.state == .pass ? 1 : check.state == .warn ? 0.5 : 0
          last[0].samples.put(value, labels.check, at: &ends.status)
          if let duration = check.duration {
            last[1].samples.put(duration.seconds, labels.check, at: &ends.durations)
          }
        }
        let blocks = check.impact == .blocks && !check.probes.isEmpty
        last[6].samples.put(blocks ? 1 : 0, labels.check, at: &ends.blocks)
        let counts = check.transitionCounts
        last[2].samples.put(Double(counts.pass), labels.pass, at: &ends.transitions)
        last[2].samples.put(Double(counts.warn), labels.warn, at: &ends.transitions)
        last[2].samples.put(Double(counts.fail), labels.fail, at: &ends.transitions)
      }
      for (probe, passed, failed) in probeLabels {
        last[3].samples.put(Double(answers[probe].passed), passed, at: &ends.probes)
        last[3].samples.put(Double(answers[probe].failed), failed, at: &ends.probes)
      }
      last[4].samples = [CollectedSample(report.maintenance == nil ? 0 : 1)]
      last[5].samples = [CollectedSample(report.isDraining ? 1 : 0)]
      last[0].samples.removeSubrange(ends.status...)
      last[1].samples.removeSubrange(ends.durations...)
      last[2].samples.removeSubrange(ends.transitions...)
      last[3].samples.removeSubrange(ends.probes...)
      last[6].samples.removeSubrange(ends.blocks...)
      return last
    }
    let filesystems = filesystems(report)
    return filesystems.isEmpty ? known : known + filesystems
  }

  private func labels(of check: String, among checks: Int) -> CheckLabels {
    let name = LabelText(check)
    return checkLabels.withLock { known in
      if let labels = known[name] { return labels }
      // Checks come and go: those that went are forgotten with all the others.
      if known.count > 2 * checks { known = [:] }
      let labels = CheckLabels(check)
      known[name] = labels
      return labels
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

extension [CollectedSample] {
  /// Puts a sample at a position, in the place of what is there or at the end, and moves the position on.
  fileprivate mutating func put(_ value: Double, _ labels: [CollectedSample.Label], at position: inout Int) {
    if position < count {
      self[position].value = .number(value)
      self[position].labels = labels
    } else {
      append(CollectedSample(value, labels: labels))
    }
    position += 1
  }
}

// How do stored results become the report and the answer to a probe?

extension HealthRegistry.State {
  /// Start-up is complete once nothing is merely declared and every start-up check that blocks has passed.
  /// It turns once, and stays: a server that has started does not become one that has not.
  mutating func latchStartup(at now: HealthInstant, unixTime: Duration) {
    guard !hasStarted, declared.isEmpty else { return }
    hasStarted = checks.values.allSatisfy { registered in
      guard registered.check.settings.probes.contains(.startup) else { return true }
      return !ProbeAnswer.blocks(report(on: registered, at: now, unixTime: unixTime), .startup)
    }
  }

  func answer(
    to probe: HealthProbe, excluding: Set<String>, only: String?, at now: HealthInstant, unixTime: Duration
  ) -> ProbeAnswer {
    var members: [HealthCheckReport] = []
    for registered in checks.values where registered.check.settings.probes.takesPart(in: probe) {
      members.append(report(on: registered, at: now, unixTime: unixTime))
    }
    for name in declared where checks[name] == nil && probe != .live {
      members.append(.declared(name))
    }
    let known = Set(members.map(\.name))
    members.removeAll { excluding.contains($0.name) || (only != nil && only != $0.name) }
    members.sort { $0.name < $1.name }

    let isWithheld = probe == .ready && only == nil && (isDraining || maintenance != nil)
    let blockedBy = members.filter { ProbeAnswer.blocks($0, probe) }.map(\.name)
    let isLatched = probe == .startup && only == nil && hasStarted
    let missing = only.flatMap { known.contains($0) ? nil : $0 }
    return ProbeAnswer(
      probe: probe,
      passes: missing == nil && !isWithheld && (isLatched || blockedBy.isEmpty),
      report: HealthReport(
        status: ProbeAnswer.status(of: members, for: probe), checks: members, maintenance: maintenance,
        isDraining: isDraining, hasStarted: hasStarted, unixTime: unixTime),
      blockedBy: isLatched ? [] : blockedBy,
      isWithheld: isWithheld,
      excluded: excluding.intersection(known).sorted(),
      unknownExclusions: excluding.subtracting(known).sorted(),
      missingCheck: missing)
  }

  private func report(
    on registered: HealthRegistry.Registered, at now: HealthInstant, unixTime: Duration
  ) -> HealthCheckReport {
    let (id, check) = (registered.id, registered.check)
    let record = scheduler.record(of: id) ?? CheckRecord(check.settings)
    let (state, reason) = record.state(at: now)
    return HealthCheckReport(
      name: check.name, state: state,
      reason: reason ?? (state == .pending ? "no result yet" : nil),
      probes: check.settings.probes, impact: check.settings.impact, isProvided: true,
      lastResult: record.last?.result,
      age: record.last.map { now - $0.at },
      duration: record.last?.duration,
      runningFor: scheduler.runningTime(of: id, at: now),
      failuresInARow: record.failuresInARow, successesInARow: record.successesInARow,
      history: record.history.map { change in
        // Kept on the monotonic clock and dated on the way out: a step of the wall clock moves the whole
        // history with it, instead of tearing it apart.
        HealthTransition(
          check: check.name, from: change.from, to: change.to, reason: change.reason,
          unixTime: unixTime - (now - change.at))
      },
      transitionCounts: record.transitionCounts,
      reading: record.reading)
  }
}

extension HealthCheckReport {
  static func declared(_ name: String) -> HealthCheckReport {
    HealthCheckReport(
      name: name, state: .pending, reason: "declared, but not yet provided", probes: [.ready, .startup],
      impact: .blocks, isProvided: false, lastResult: nil, age: nil, duration: nil, runningFor: nil,
      failuresInARow: 0, successesInARow: 0, history: [], transitionCounts: [:], reading: nil)
  }
}

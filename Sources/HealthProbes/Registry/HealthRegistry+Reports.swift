// How do stored results become the report and the answer to a probe?

extension HealthRegistry.Registered {
  func takesPart(in probe: HealthProbe, excluding: Set<String>, only: String?) -> Bool {
    guard check.settings.probes.takesPart(in: probe) else { return false }
    if let only, only != check.name { return false }
    return excluding.isEmpty || !excluding.contains(check.name)
  }
}

extension HealthRegistry.State {
  /// Start-up is complete once nothing is merely declared and every start-up check that blocks has passed.
  /// It turns once, and stays: a server that has started does not become one that has not.
  mutating func latchStartup(at now: HealthInstant) {
    guard !hasStarted, declared.isEmpty else { return }
    hasStarted = checks.allSatisfy { registered in
      let settings = registered.check.settings
      guard settings.probes.contains(.startup) else { return true }
      let state = scheduler.record(of: registered.id)?.state(at: now).state ?? .pending
      return !ProbeAnswer.blocks(state, settings.impact, .startup)
    }
  }

  func answer(
    to probe: HealthProbe, excluding: Set<String>, only: String?, at now: HealthInstant, unixTime: Duration
  ) -> ProbeAnswer {
    var members: [HealthCheckReport] = []
    members.reserveCapacity(checks.count)
    for registered in checks where registered.takesPart(in: probe, excluding: excluding, only: only) {
      members.append(report(on: registered, at: now, unixTime: unixTime))
    }
    if probe != .live {
      for name in declared where (only ?? name) == name && !excluding.contains(name) {
        members.append(.declared(name, at: now, unixTime: unixTime))
      }
      if !declared.isEmpty { members.sort { $0.name < $1.name } }
    }

    let isWithheld = probe == .ready && only == nil && (isDraining || maintenance != nil)
    let isLatched = probe == .startup && only == nil && hasStarted
    let blockedBy =
      isLatched
      ? [] : members.filter { ProbeAnswer.blocks($0.state, $0.impact, probe) }.map(\.name)
    // With an exclusion of the very check that is asked for, there is nothing left to answer for.
    let missing = members.isEmpty ? only : nil
    let (excluded, unknown) = known(excluding, in: probe)
    return ProbeAnswer(
      probe: probe,
      passes: missing == nil && !isWithheld && blockedBy.isEmpty,
      report: HealthReport(
        status: ProbeAnswer.status(of: members, for: probe), checks: members, maintenance: maintenance,
        isDraining: isDraining, hasStarted: hasStarted, unixTime: unixTime),
      blockedBy: blockedBy,
      isWithheld: isWithheld,
      excluded: excluded,
      unknownExclusions: unknown,
      missingCheck: missing)
  }

  /// The names that are checks of `probe`, and those that are not; sorted.
  private func known(_ names: Set<String>, in probe: HealthProbe) -> ([String], [String]) {
    guard !names.isEmpty else { return ([], []) }
    var known = Set(
      checks.lazy.filter { $0.check.settings.probes.takesPart(in: probe) }.map(\.check.name))
    if probe != .live { known.formUnion(declared) }
    return (names.intersection(known).sorted(), names.subtracting(known).sorted())
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
      transitionCounts: record.transitionCounts, reading: record.reading, changes: record.history,
      instant: now, unixTime: unixTime)
  }
}

extension HealthCheckReport {
  static func declared(_ name: String, at now: HealthInstant, unixTime: Duration) -> HealthCheckReport {
    HealthCheckReport(
      name: name, state: .pending, reason: "declared, but not yet provided", probes: [.ready, .startup],
      impact: .blocks, isProvided: false, lastResult: nil, age: nil, duration: nil, runningFor: nil,
      failuresInARow: 0, successesInARow: 0, transitionCounts: TransitionCounts(), reading: nil, changes: [],
      instant: now, unixTime: unixTime)
  }
}

// How do stored results become the report and the answer to a probe?

extension HealthRegistry.Registered {
  func takesPart(in probe: HealthProbe, excluding: Set<String> = [], only: String? = nil) -> Bool {
    guard check.settings.probes.takesPart(in: probe) else { return false }
    if let only, only != check.name { return false }
    return excluding.isEmpty || !excluding.contains(check.name)
  }
}

extension HealthRegistry.State {
  /// Start-up is complete once nothing is merely declared and every start-up check that blocks has passed.
  /// It turns once, and stays: a server that has started does not become one that has not.
  mutating func latchStartup(at now: HealthInstant) {
    if !hasStarted { hasStarted = verdict(on: .startup, at: now).passes }
  }

  /// Whether the answer to `probe` is settled for good.
  func isLatched(_ probe: HealthProbe, only: String? = nil) -> Bool {
    probe == .startup && only == nil && hasStarted
  }

  /// Whether `probe` passes, from stored results, and what keeps it from that. Every answer, short or long, is this.
  func verdict(
    on probe: HealthProbe, excluding: Set<String> = [], only: String? = nil, at now: HealthInstant
  ) -> ProbeVerdict {
    let isWithheld = probe == .ready && only == nil && (isDraining || maintenance != nil)
    guard !isLatched(probe, only: only) else { return ProbeVerdict(isWithheld: isWithheld) }
    var verdict = ProbeVerdict(isWithheld: isWithheld)
    for registered in checks where registered.takesPart(in: probe, excluding: excluding, only: only) {
      let state = scheduler.record(of: registered.id)?.state(at: now).state ?? .pending
      if ProbeAnswer.blocks(state, registered.check.settings.impact, probe) {
        verdict.blockedBy.append(registered.check.name)
      }
    }
    let missing = onlyDeclared(in: probe, excluding: excluding, only: only)
    if !missing.isEmpty { verdict.blockedBy = (verdict.blockedBy + missing).sorted() }
    return verdict
  }

  /// What is only declared, and so blocks `probe`: liveness never, since a restart provides nothing.
  private func onlyDeclared(in probe: HealthProbe, excluding: Set<String>, only: String?) -> [String] {
    guard probe != .live, !declared.isEmpty else { return [] }
    return declared.filter { (only ?? $0) == $0 && !excluding.contains($0) }
  }

  func answer(
    to probe: HealthProbe, excluding: Set<String>, only: String?, at now: HealthInstant, unixTime: Duration
  ) -> ProbeAnswer {
    var members: [HealthCheckReport] = []
    members.reserveCapacity(checks.count)
    for registered in checks where registered.takesPart(in: probe, excluding: excluding, only: only) {
      members.append(report(on: registered, at: now, unixTime: unixTime))
    }
    let declared = onlyDeclared(in: probe, excluding: excluding, only: only)
    if !declared.isEmpty {
      for name in declared { members.append(.declared(name, at: now, unixTime: unixTime)) }
      members.sort { $0.name < $1.name }
    }
    // With an exclusion of the very check that is asked for, there is nothing left to answer for.
    let missing = members.isEmpty ? only : nil
    let (excluded, unknown) = known(excluding, in: probe)
    return ProbeAnswer(
      probe: probe,
      verdict: verdict(on: probe, excluding: excluding, only: only, at: now),
      report: HealthReport(
        status: ProbeAnswer.status(of: members, for: probe), checks: members, maintenance: maintenance,
        isDraining: isDraining, hasStarted: hasStarted, unixTime: unixTime),
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

// How do stored results become the report and the answer to a probe?

/// Which of a probe's checks an answer is about.
struct CheckSelection: Sendable {
  static let all = CheckSelection()

  /// Checks to leave out.
  var excluding: Set<String> = []
  /// The one check to ask; nil asks all.
  var only: String?
  /// The groups whose checks are asked; none asks all.
  var groups: Set<String> = []
  /// The server that is asked; nil when nobody in particular is.
  var asker: HealthLease?

  func contains(_ name: String, in groups: Set<String>) -> Bool {
    if let only, only != name { return false }
    if !excluding.isEmpty, excluding.contains(name) { return false }
    return self.groups.isEmpty || !groups.isDisjoint(with: self.groups)
  }
}

extension HealthRegistry.State {
  /// The checks that take part in an answer, sorted by name.
  func members(of probe: HealthProbe, _ selection: CheckSelection = .all) -> Members {
    Members(
      checks: checks.makeIterator(), probe: probe, selection: selection,
      lender: leases.lender(for: selection.asker))
  }

  /// A sequence without a closure, which each probe and each scrape would allocate several times.
  struct Members: Sequence, IteratorProtocol {
    fileprivate var checks: IndexingIterator<[HealthRegistry.Registered]>
    fileprivate let probe: HealthProbe
    fileprivate let selection: CheckSelection
    fileprivate let lender: HealthLease?

    mutating func next() -> HealthRegistry.Registered? {
      while let registered = checks.next() {
        let settings = registered.check.settings
        if settings.probes.takesPart(in: probe), registered.lease == nil || registered.lease == lender,
          selection.contains(registered.check.name, in: settings.groups)
        {
          return registered
        }
      }
      return nil
    }
  }

  /// Start-up is complete once nothing is merely declared and every start-up check that blocks has passed.
  /// It turns once, and stays: a server that has started does not become one that has not.
  ///
  /// Only an answer about start-up settles it, and only when there was a check to answer for: whoever reads
  /// metrics before the host has added its checks must not make them count for nothing.
  mutating func latchStartup(askedFor probe: HealthProbe, at now: HealthInstant) {
    guard probe == .startup, !hasStarted, members(of: .startup).contains(where: { _ in true }) else {
      return
    }
    hasStarted = verdict(on: .startup, at: now).passes
  }

  /// Whether the answer to `probe` is settled for good.
  func isLatched(_ probe: HealthProbe, only: String? = nil) -> Bool {
    probe == .startup && only == nil && hasStarted
  }

  /// Whether `probe` passes, from stored results, and what keeps it from that. Every answer, short or long,
  /// is this.
  func verdict(
    on probe: HealthProbe, _ selection: CheckSelection = .all, at now: HealthInstant
  ) -> ProbeVerdict {
    let isWithheld =
      probe == .ready && selection.only == nil
      && (isDraining(for: selection.asker) || maintenance != nil)
    guard !isLatched(probe, only: selection.only) else { return ProbeVerdict(isWithheld: isWithheld) }
    var verdict = ProbeVerdict(isWithheld: isWithheld)
    for registered in members(of: probe, selection) {
      let state = scheduler.record(of: registered.id)?.state(at: now).state ?? .pending
      if ProbeAnswer.blocks(state, registered.check.settings.impact, probe) {
        verdict.blockedBy.append(registered.check.name)
      }
    }
    let missing = onlyDeclared(in: probe, selection)
    if !missing.isEmpty { verdict.blockedBy = (verdict.blockedBy + missing).sorted() }
    return verdict
  }

  /// Whether the process is about to end, or the server that is asked.
  func isDraining(for asker: HealthLease?) -> Bool { isDraining || leases.isDraining(for: asker) }

  /// What is only declared, and so blocks `probe`: liveness never, since a restart provides nothing.
  private func onlyDeclared(in probe: HealthProbe, _ selection: CheckSelection) -> [String] {
    guard probe != .live, !declared.isEmpty else { return [] }
    return declared.filter { selection.contains($0, in: overrides[$0]?.groups ?? []) }
  }

  func answer(
    to probe: HealthProbe, _ selection: CheckSelection, at now: HealthInstant, unixTime: Duration
  ) -> ProbeAnswer {
    var members: [HealthCheckReport] = []
    members.reserveCapacity(checks.count)
    for registered in self.members(of: probe, selection) {
      members.append(report(on: registered, at: now, unixTime: unixTime))
    }
    let declared = onlyDeclared(in: probe, selection)
    if !declared.isEmpty {
      for name in declared { members.append(.declared(name, at: now, unixTime: unixTime)) }
      members.sort { $0.name < $1.name }
    }
    // With an exclusion of the very check that is asked for, there is nothing left to answer for.
    let missing = members.isEmpty ? selection.only : nil
    let (excluded, unknown) = known(selection.excluding, in: probe)
    return ProbeAnswer(
      probe: probe,
      verdict: verdict(on: probe, selection, at: now),
      report: HealthReport(
        status: ProbeAnswer.status(of: members, for: probe), checks: members, maintenance: maintenance,
        isDraining: isDraining(for: selection.asker), hasStarted: verdict(on: .startup, at: now).passes,
        unixTime: unixTime),
      excluded: excluded,
      unknownExclusions: unknown,
      missingCheck: missing,
      missingGroups: missingGroups(selection.groups))
  }

  /// The groups that nothing belongs to, sorted.
  private func missingGroups(_ groups: Set<String>) -> [String] {
    groups.filter { group in
      !checks.contains { $0.check.settings.groups.contains(group) }
        && !declared.contains { overrides[$0]?.groups?.contains(group) == true }
    }.sorted()
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
      probes: check.settings.probes, groups: check.settings.groups, impact: check.settings.impact,
      isProvided: true,
      lastResult: record.last?.result,
      age: record.last.map { now - $0.at },
      duration: record.last?.duration,
      runningFor: scheduler.runningTime(of: id, at: now), deadline: check.settings.deadline,
      isSlow: record.isSlow,
      failuresInARow: record.failuresInARow, successesInARow: record.successesInARow,
      transitionCounts: record.transitionCounts, reading: record.reading, changes: record.history,
      instant: now, unixTime: unixTime)
  }
}

extension HealthCheckReport {
  static func declared(_ name: String, at now: HealthInstant, unixTime: Duration) -> HealthCheckReport {
    HealthCheckReport(
      name: name, state: .pending, reason: "declared, but not yet provided", probes: [.ready, .startup],
      groups: [], impact: .blocks, isProvided: false, lastResult: nil, age: nil, duration: nil,
      runningFor: nil, deadline: .zero, isSlow: false,
      failuresInARow: 0, successesInARow: 0, transitionCounts: TransitionCounts(), reading: nil, changes: [],
      instant: now, unixTime: unixTime)
  }
}

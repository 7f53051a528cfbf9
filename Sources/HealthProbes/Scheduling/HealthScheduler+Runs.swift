// When does a run start, when is it over, and what if it never is?

extension HealthScheduler {
  /// Starts the check unless it is running, and returns whether there is a run worth waiting for.
  mutating func start(_ id: CheckID, at now: HealthInstant, _ effects: inout [Effect]) -> Bool {
    guard var entry = entries[id] else { return false }
    if entry.isImmediate {
      entries[id]?.due = now + entry.record.settings.period
      effects.append(.sample(id))
      return false
    }
    if let run = entry.run.flatMap({ runs[$0] }) {
      guard run.isOverdue else { return true }
      if entry.due <= now {
        entries[id]?.due = now + entry.record.settings.period
        store(.fail("has not returned for \((now - run.started).brief)"), run, of: id, at: now, &effects)
      }
      return false
    }
    let lost = abandoned[entry.name] ?? 0
    entry.due = now + entry.record.settings.period
    guard lost < Self.abandonedRunsPerName else {
      entries[id] = entry
      let reason = "not started: \(lost) earlier runs of a check of this name never returned"
      store(HealthObservation(.fail(reason)), of: id, took: .zero, at: now, &effects)
      return false
    }
    lastRun &+= 1
    let run = RunID(value: lastRun)
    entry.run = run
    entries[id] = entry
    runs[run] = Run(
      check: id, name: entry.name, started: now, deadline: now + entry.record.settings.deadline)
    statistics.runsStarted &+= 1
    effects.append(.start(run, of: id))
    return true
  }

  mutating func startDueChecks(at now: HealthInstant, _ effects: inout [Effect]) {
    guard runsInBackground else { return }
    // In the order they were added, so that the same events always have the same effects.
    let due = entries.filter { isDriven($0.value) && $0.value.due <= now }.keys
    for id in due.sorted(by: { $0.value < $1.value }) { _ = start(id, at: now, &effects) }
  }

  mutating func finish(
    _ id: RunID, _ observation: HealthObservation, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    guard let run = runs.removeValue(forKey: id) else { return }
    if run.isAbandoned {
      let left = (abandoned[run.name] ?? 1) - 1
      abandoned[run.name] = left > 0 ? left : nil
      return
    }
    entries[run.check]?.run = nil
    if run.isOverdue {
      // Its failure has been counted; what it says now is an answer to an old question.
      statistics.lateReturns &+= 1
      return
    }
    statistics.runsFinished &+= 1
    let duration = now - run.started
    store(observation, of: run.check, took: duration, at: now, &effects)
    if entries[run.check]?.record.pace(duration) == true { effects.append(.slowed(run.check, duration)) }
    release(run.check, at: now, &effects)
  }

  mutating func endOverdueRuns(at now: HealthInstant, _ effects: inout [Effect]) {
    let overdue = runs.filter { !$0.value.isOverdue && !$0.value.isAbandoned && $0.value.deadline <= now }
    for (id, run) in overdue.sorted(by: { $0.key.value < $1.key.value }) {
      guard let settings = entries[run.check]?.record.settings else { continue }
      // A deadline noticed this late says that nobody ran, the check no more than the timer: the machine
      // was suspended, or the process stopped. The check gets its time once more.
      if !run.wasExtended, now - run.deadline > max(settings.deadline, .seconds(1)) {
        runs[id]?.wasExtended = true
        runs[id]?.deadline = now + settings.deadline
        continue
      }
      runs[id]?.isOverdue = true
      entries[run.check]?.due = now + settings.period
      statistics.deadlinesExceeded &+= 1
      effects.append(.cancel(id))
      store(
        .fail(
          "no result within its deadline of \(settings.deadline.brief)"
            + (run.cause.map { ": waited for \($0)" } ?? "")), run, of: run.check, at: now, &effects)
      release(run.check, at: now, &effects)
    }
  }

  mutating func remove(_ id: CheckID, at now: HealthInstant, _ effects: inout [Effect]) {
    guard let entry = entries[id] else { return }
    if let run = entry.run {
      runs[run]?.isAbandoned = true
      abandoned[entry.name, default: 0] += 1
      effects.append(.cancel(run))
    }
    release(id, at: now, &effects)
    entries[id] = nil
  }
}

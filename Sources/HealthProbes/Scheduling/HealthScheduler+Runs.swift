// When does a run start, when is it over, and what if it never is?

extension HealthScheduler {
  /// Starts the check unless it is running, and returns whether there is a run worth waiting for.
  mutating func start(_ id: CheckID, at now: HealthInstant, _ effects: inout [Effect]) -> Bool {
    guard var entry = entries[id] else { return false }
    if entry.isImmediate {
      setDue(now + entry.record.settings.period, of: id)
      effects.append(.sample(id))
      return false
    }
    if let run = entry.run.flatMap({ runs[$0] }) {
      guard run.isOverdue else { return true }
      if entry.due <= now {
        setDue(now + entry.record.settings.period, of: id)
        store(.fail(AgingReason.hanging(for: now - run.started)), run, of: id, at: now, &effects)
      }
      return false
    }
    let lost = abandoned[entry.name] ?? 0
    let due = now + entry.record.settings.period
    guard lost < Self.abandonedRunsPerName else {
      setDue(due, of: id)
      let reason = "not started: \(lost) earlier runs of a check of this name never returned"
      store(HealthObservation(.fail(reason)), of: id, took: .zero, at: now, &effects)
      return false
    }
    lastRun &+= 1
    let run = RunID(value: lastRun)
    entry.run = run
    entry.due = due
    entries[id] = entry
    runs[run] = Run(check: id, name: entry.name, started: now, deadline: now)
    setDeadline(now + entry.record.settings.deadline, of: run)
    statistics.runsStarted &+= 1
    effects.append(.start(run, of: id))
    return true
  }

  mutating func startDueChecks(at now: HealthInstant, _ effects: inout [Effect]) {
    guard runsInBackground else { return }
    for id in takeDueChecks(at: now) { _ = start(id, at: now, &effects) }
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
    letBeDue(run.check)
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
    for id in takeOverdueRuns(at: now) {
      guard let run = runs[id], let settings = entries[run.check]?.record.settings else { continue }
      // A deadline noticed this late says that nobody ran, the check no more than the timer: the machine
      // was suspended, or the process stopped. The check gets its time once more.
      if !run.wasExtended, now - run.deadline > max(settings.deadline, .seconds(1)) {
        runs[id]?.wasExtended = true
        setDeadline(now + settings.deadline, of: id)
        continue
      }
      runs[id]?.isOverdue = true
      setDue(now + settings.period, of: run.check)
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

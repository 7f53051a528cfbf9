// What follows from a result: the new state, and who is told of it?

extension HealthScheduler {
  mutating func store(
    _ result: HealthResult, _ run: Run, of id: CheckID, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    store(HealthObservation(result), of: id, took: now - run.started, at: now, &effects)
  }

  mutating func store(
    _ observation: HealthObservation, of id: CheckID, took duration: Duration, at now: HealthInstant,
    _ effects: inout [Effect]
  ) {
    guard let index = entries.index(forKey: id) else { return }
    let change = entries.values[index].record.store(observation, duration: duration, at: now)
    if !entries.values[index].isImmediate { effects.append(.stored(id)) }
    if let change { effects.append(.changed(id, change)) }
    guard case .fail(let reason)? = entries.values[index].record.last?.result else { return }
    statistics.failures &+= 1
    report(reason, of: id, hasChanged: change != nil, at: now, &effects)
  }

  /// Passes on a failure. One of an immediate check only once a period, unless the state changed: it is
  /// asked at every probe, and must not write a log line for each.
  mutating func report(
    _ reason: String, of id: CheckID, hasChanged: Bool, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    guard let entry = entries[id], hasChanged || isWorthReporting(entry, at: now) else { return }
    entries[id]?.lastReportedFailure = now
    effects.append(.failed(id, reason: reason))
  }

  private func isWorthReporting(_ entry: Entry, at now: HealthInstant) -> Bool {
    guard entry.isImmediate, let last = entry.lastReportedFailure else { return true }
    return now - last >= entry.record.settings.period
  }
}

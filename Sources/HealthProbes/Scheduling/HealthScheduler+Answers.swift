// Which checks does an answer wait for, and when has it waited enough?

extension HealthScheduler {
  mutating func begin(
    _ id: AnswerID, _ checks: [CheckID], deadline: HealthInstant, at now: HealthInstant,
    _ effects: inout [Effect]
  ) {
    var remaining = 0
    for check in checks where needsRun(check, at: now) {
      guard start(check, at: now, &effects) else { continue }
      if entries[check]?.waiting.insert(id).inserted == true { remaining += 1 }
    }
    let answer = Answer(checks: checks, deadline: deadline, remaining: remaining)
    guard remaining > 0 else {
      complete(id, answer, at: now, &effects)
      return
    }
    answers[id] = answer
    boundAnswerDeadlines(deadline)
  }

  /// Whether an answer at `now` needs a newer result than the stored one.
  func needsRun(_ id: CheckID, at now: HealthInstant) -> Bool {
    guard let entry = entries[id], !entry.isImmediate else { return false }
    // A check that runs by itself is waited for only when there is nothing to believe: before its first
    // result, and after the machine was suspended for longer than results are valid.
    if isDriven(entry) { return entry.record.last == nil || entry.record.isStale(at: now) }
    return !entry.record.isFresh(at: now)
  }

  /// Nobody needs to wait for this check any longer.
  mutating func release(_ check: CheckID, at now: HealthInstant, _ effects: inout [Effect]) {
    guard let waiting = entries[check]?.waiting, !waiting.isEmpty else { return }
    entries[check]?.waiting = []
    for id in waiting.sorted(by: { $0.value < $1.value }) {
      guard var answer = answers[id] else { continue }
      answer.remaining -= 1
      answers[id] = answer
      if answer.remaining <= 0 {
        answers[id] = nil
        complete(id, answer, at: now, &effects)
      }
    }
    if answers.isEmpty { recomputeAnswerDeadlines() }
  }

  mutating func withdraw(_ id: AnswerID) {
    guard let answer = answers.removeValue(forKey: id) else { return }
    for check in answer.checks { entries[check]?.waiting.remove(id) }
    if answers.isEmpty { recomputeAnswerDeadlines() }
  }

  mutating func endOverdueAnswers(at now: HealthInstant, _ effects: inout [Effect]) {
    let overdue = answers.filter { $0.value.deadline <= now }
    for (id, answer) in overdue.sorted(by: { $0.key.value < $1.key.value }) {
      withdraw(id)
      statistics.answersAtDeadline &+= 1
      complete(id, answer, at: now, &effects)
    }
    recomputeAnswerDeadlines()
  }

  /// What is still too old after the waiting is a failure from here on.
  private mutating func complete(
    _ id: AnswerID, _ answer: Answer, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    for check in answer.checks {
      guard let change = entries[check]?.record.expire(at: now) else { continue }
      effects.append(.changed(check, change))
      report(change.reason ?? "", of: check, hasChanged: true, at: now, &effects)
    }
    effects.append(.complete(id))
  }
}

// Which check runs when, who waits for it, and when does the waiting end?

/// The scheduling of health checks as a pure state machine: events and the time go in, effects come out.
///
/// It starts no task and reads no clock. What it guarantees, whatever checks do:
/// - a check runs at most once at a time; one that never returns is not started again;
/// - an answer is complete at its deadline;
/// - every run that is not over at its deadline is a failure, counted again each period while it lasts.
package struct HealthScheduler: Sendable {
  package struct CheckID: Hashable, Sendable {
    package let value: UInt64
    package init(value: UInt64) { self.value = value }
  }

  package struct RunID: Hashable, Sendable {
    package let value: UInt64
    package init(value: UInt64) { self.value = value }
  }

  package struct AnswerID: Hashable, Sendable {
    package let value: UInt64
    package init(value: UInt64) { self.value = value }
  }

  package enum Event: Sendable {
    /// `isImmediate`: it has no runs; whoever needs its result samples it on the spot.
    case added(CheckID, name: String, HealthCheck.Settings, isImmediate: Bool = false)
    case removed(CheckID)
    /// From here on checks in background mode run on their period.
    case backgroundStarted
    case backgroundStopped
    /// An answer needs these checks and can wait this long.
    case wanted(AnswerID, [CheckID], within: Duration)
    /// Nobody waits for the answer any more.
    case withdrawn(AnswerID)
    case finished(RunID, HealthObservation)
    /// What an immediate check says.
    case sampled(CheckID, HealthObservation)
    /// The timer fired. Early and spurious calls do no harm.
    case woke
  }

  package enum Effect: Sendable, Hashable {
    case start(RunID, of: CheckID)
    case sample(CheckID)
    case cancel(RunID)
    case complete(AnswerID)
    case stored(CheckID)
    case changed(CheckID, CheckRecord.Change)
    case failed(CheckID, reason: String)
  }

  /// Runs of removed checks of one name that may still be in progress when a check of that name starts
  /// again. Without a limit, removing and adding a check that never returns would pile up tasks.
  static let abandonedRunsPerName = 4

  struct Entry {
    let name: String
    let isImmediate: Bool
    var record: CheckRecord
    var run: RunID?
    /// When a background run, or the next failure of a run that does not end, is due.
    var due: HealthInstant
    var waiting: Set<AnswerID> = []
    var lastReportedFailure: HealthInstant?
  }

  struct Run {
    let check: CheckID
    let name: String
    let started: HealthInstant
    var deadline: HealthInstant
    var isOverdue = false
    var wasExtended = false
    var isAbandoned = false
  }

  struct Answer {
    let checks: [CheckID]
    let deadline: HealthInstant
    var remaining: Int
  }

  package internal(set) var statistics = HealthStatistics()
  var entries: [CheckID: Entry] = [:]
  var runs: [RunID: Run] = [:]
  var answers: [AnswerID: Answer] = [:]
  var abandoned: [String: Int] = [:]
  var runsInBackground = false
  /// No answer's deadline is before this. Kept as a bound, so that thousands of waiting answers need not be
  /// looked through at every event.
  private var earliestAnswerDeadline: HealthInstant?
  private var lastRun: UInt64 = 0

  package init() {}

  /// Takes in what happened at `now`, and returns what has to be done, in order.
  package mutating func handle(_ event: Event, at now: HealthInstant) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .added(let id, let name, let settings, let isImmediate):
      entries[id] = Entry(name: name, isImmediate: isImmediate, record: CheckRecord(settings), due: now)
      startDueChecks(at: now, &effects)
    case .removed(let id):
      remove(id, at: now, &effects)
    case .backgroundStarted:
      runsInBackground = true
      startDueChecks(at: now, &effects)
    case .backgroundStopped:
      runsInBackground = false
    case .wanted(let id, let checks, let within):
      begin(id, checks, deadline: now + within, at: now, &effects)
    case .withdrawn(let id):
      withdraw(id)
    case .finished(let run, let observation):
      finish(run, observation, at: now, &effects)
    case .sampled(let id, let observation):
      store(observation, of: id, took: .zero, at: now, &effects)
    case .woke:
      endOverdueRuns(at: now, &effects)
      startDueChecks(at: now, &effects)
      endOverdueAnswers(at: now, &effects)
    }
    statistics.tasksInFlight = runs.count
    statistics.peakTasksInFlight = max(statistics.peakTasksInFlight, runs.count)
    statistics.answersWaiting = answers.count
    return effects
  }

  /// When `.woke` is needed next; `nil` when nothing is pending.
  package var nextWake: HealthInstant? {
    var next = earliestAnswerDeadline
    func consider(_ instant: HealthInstant) { next = next.map { min($0, instant) } ?? instant }
    for run in runs.values where !run.isOverdue && !run.isAbandoned { consider(run.deadline) }
    for entry in entries.values where isDriven(entry) {
      if let run = entry.run, runs[run]?.isOverdue == false { continue }
      consider(entry.due)
    }
    return next
  }

  /// The results of a check.
  package func record(of id: CheckID) -> CheckRecord? { entries[id]?.record }

  /// How long the run in progress has taken so far.
  package func runningTime(of id: CheckID, at now: HealthInstant) -> Duration? {
    guard let run = entries[id]?.run.flatMap({ runs[$0] }) else { return nil }
    return now - run.started
  }

  func isDriven(_ entry: Entry) -> Bool {
    runsInBackground && entry.record.settings.mode == .background
  }

  // MARK: Runs

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

  private mutating func startDueChecks(at now: HealthInstant, _ effects: inout [Effect]) {
    guard runsInBackground else { return }
    // In the order they were added, so that the same events always have the same effects.
    let due = entries.filter { isDriven($0.value) && $0.value.due <= now }.keys
    for id in due.sorted(by: { $0.value < $1.value }) { _ = start(id, at: now, &effects) }
  }

  private mutating func finish(
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
    store(observation, of: run.check, took: now - run.started, at: now, &effects)
    release(run.check, at: now, &effects)
  }

  private mutating func endOverdueRuns(at now: HealthInstant, _ effects: inout [Effect]) {
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
        .fail("no result within its deadline of \(settings.deadline.brief)"), run, of: run.check, at: now,
        &effects)
      release(run.check, at: now, &effects)
    }
  }

  private mutating func remove(_ id: CheckID, at now: HealthInstant, _ effects: inout [Effect]) {
    guard let entry = entries[id] else { return }
    if let run = entry.run {
      runs[run]?.isAbandoned = true
      abandoned[entry.name, default: 0] += 1
      effects.append(.cancel(run))
    }
    release(id, at: now, &effects)
    entries[id] = nil
  }

  // MARK: Results

  private mutating func store(
    _ result: HealthResult, _ run: Run, of id: CheckID, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    store(HealthObservation(result), of: id, took: now - run.started, at: now, &effects)
  }

  private mutating func store(
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

  /// Passes on a failure, at most once a period unless the state changed: an immediate check is asked at
  /// every probe, and must not write a log line for each.
  func isWorthReporting(_ entry: Entry, at now: HealthInstant) -> Bool {
    guard let last = entry.lastReportedFailure else { return true }
    return now - last >= entry.record.settings.period
  }

  mutating func report(
    _ reason: String, of id: CheckID, hasChanged: Bool, at now: HealthInstant, _ effects: inout [Effect]
  ) {
    guard let entry = entries[id], hasChanged || isWorthReporting(entry, at: now) else { return }
    entries[id]?.lastReportedFailure = now
    effects.append(.failed(id, reason: reason))
  }

  mutating func boundAnswerDeadlines(_ deadline: HealthInstant) {
    earliestAnswerDeadline = earliestAnswerDeadline.map { min($0, deadline) } ?? deadline
  }

  mutating func recomputeAnswerDeadlines() {
    earliestAnswerDeadline = answers.values.lazy.map(\.deadline).min()
  }
}

// Which check runs when, who waits for it, and when does the waiting end?

/// The scheduling of health checks as a pure state machine: events and the time go in, effects come out.
///
/// It starts no task and reads no clock. What it guarantees, whatever checks do:
/// - a check runs at most once at a time; one that never returns is not started again;
/// - an answer is complete at its deadline;
/// - every run that is not over at its deadline is a failure, counted again each period while it lasts.
struct HealthScheduler: Sendable {
  struct CheckID: Hashable, Sendable {
    let value: UInt64
    init(value: UInt64) { self.value = value }
  }

  struct RunID: Hashable, Sendable {
    let value: UInt64
    init(value: UInt64) { self.value = value }
  }

  struct AnswerID: Hashable, Sendable {
    let value: UInt64
    init(value: UInt64) { self.value = value }
  }

  enum Event: Sendable {
    /// `isImmediate`: it has no runs; whoever needs its result samples it on the spot.
    case added(CheckID, name: String, HealthCheck.Settings, isImmediate: Bool = false)
    case removed(CheckID)
    /// A check has other settings from here on.
    case configured(CheckID, HealthCheck.Settings)
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

  enum Effect: Sendable, Hashable {
    case start(RunID, of: CheckID)
    case sample(CheckID)
    case cancel(RunID)
    case complete(AnswerID)
    case stored(CheckID)
    case changed(CheckID, CheckRecord.Change)
    case failed(CheckID, reason: String)
    /// A run took more than half of its deadline, and the one before did not.
    case slowed(CheckID, Duration)
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
    /// What it says that it waits for.
    var cause: String?
  }

  struct Answer {
    let checks: [CheckID]
    let deadline: HealthInstant
    var remaining: Int
  }

  var statistics = HealthStatistics()
  var entries: [CheckID: Entry] = [:]
  var runs: [RunID: Run] = [:]
  var answers: [AnswerID: Answer] = [:]
  var abandoned: [String: Int] = [:]
  var runsInBackground = false
  /// No answer's deadline is before this. Kept as a bound, so that thousands of waiting answers need not be
  /// looked through at every event.
  private var earliestAnswerDeadline: HealthInstant?
  var lastRun: UInt64 = 0

  init() {}

  /// Takes in what happened at `now`, and returns what has to be done, in order.
  mutating func handle(_ event: Event, at now: HealthInstant) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .added(let id, let name, let settings, let isImmediate):
      entries[id] = Entry(name: name, isImmediate: isImmediate, record: CheckRecord(settings), due: now)
      startDueChecks(at: now, &effects)
    case .removed(let id):
      remove(id, at: now, &effects)
    case .configured(let id, let settings):
      entries[id]?.record.settings = settings
      if let due = entries[id]?.due { entries[id]?.due = min(due, now + settings.period) }
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

  /// Keeps what a run says that it waits for. Nothing follows from it but the words of a failure, so it is no
  /// event.
  mutating func note(_ cause: String?, of run: RunID) { runs[run]?.cause = cause }

  /// When `.woke` is needed next; `nil` when nothing is pending.
  var nextWake: HealthInstant? {
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
  func record(of id: CheckID) -> CheckRecord? { entries[id]?.record }

  /// How long the run in progress has taken so far.
  func runningTime(of id: CheckID, at now: HealthInstant) -> Duration? {
    guard let run = entries[id]?.run.flatMap({ runs[$0] }) else { return nil }
    return now - run.started
  }

  /// How many answers wait, counted once for each check that they wait for: by the checks' own lists, and by
  /// the answers. The two are equal, or something is kept for ever.
  var waitingPairs: (byCheck: Int, byAnswer: Int) {
    (entries.values.reduce(0) { $0 + $1.waiting.count }, answers.values.reduce(0) { $0 + $1.remaining })
  }

  func isDriven(_ entry: Entry) -> Bool {
    runsInBackground && entry.record.settings.mode == .background
  }

  mutating func boundAnswerDeadlines(_ deadline: HealthInstant) {
    earliestAnswerDeadline = earliestAnswerDeadline.map { min($0, deadline) } ?? deadline
  }

  mutating func recomputeAnswerDeadlines() {
    earliestAnswerDeadline = answers.values.lazy.map(\.deadline).min()
  }
}

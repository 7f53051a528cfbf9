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
  private(set) var runsInBackground = false
  /// When runs and checks need something. Kept in order, so that an event costs no look at all of them.
  private var wakes = WakeQueue()
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
      wakes.push(.period(id), at: now)
      startDueChecks(at: now, &effects)
    case .removed(let id):
      remove(id, at: now, &effects)
    case .configured(let id, let settings):
      entries[id]?.record.settings = settings
      if let due = entries[id]?.due { setDue(min(due, now + settings.period), of: id) }
    case .backgroundStarted:
      runsInBackground = true
      for (id, entry) in entries { wakes.push(.period(id), at: entry.due) }
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
    forgetWhatIsOver()
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
    guard let wake = wakes.first?.at else { return earliestAnswerDeadline }
    return earliestAnswerDeadline.map { min($0, wake) } ?? wake
  }

  /// When a background run of a check, or the next failure of one that does not end, is due.
  mutating func setDue(_ due: HealthInstant, of id: CheckID) {
    entries[id]?.due = due
    wakes.push(.period(id), at: due)
  }

  mutating func setDeadline(_ deadline: HealthInstant, of id: RunID) {
    runs[id]?.deadline = deadline
    wakes.push(.deadline(id), at: deadline)
  }

  /// A run is over: what it kept from being due is.
  mutating func letBeDue(_ id: CheckID) {
    if let entry = entries[id] { wakes.push(.period(id), at: entry.due) }
  }

  /// The checks that are due for a run in the background, in the order in which they were added, so that the same events
  /// always have the same effects.
  mutating func takeDueChecks(at now: HealthInstant) -> [CheckID] {
    take(at: now) { if case .period(let id) = $0 { id } else { nil } }.sorted { $0.value < $1.value }
  }

  /// The runs that have reached their deadline, in the order in which they began.
  mutating func takeOverdueRuns(at now: HealthInstant) -> [RunID] {
    take(at: now) { if case .deadline(let id) = $0 { id } else { nil } }.sorted { $0.value < $1.value }
  }

  /// Takes what is due of one kind, and leaves the other.
  private mutating func take<ID: Hashable>(
    at now: HealthInstant, _ kind: (WakeQueue.Subject) -> ID?
  ) -> Set<ID> {
    var due: Set<ID> = []
    var others: [WakeQueue.Item] = []
    while let first = wakes.first, first.at <= now {
      _ = wakes.popFirst()
      guard isDue(first) else { continue }
      if let id = kind(first.subject) { due.insert(id) } else { others.append(first) }
    }
    for other in others { wakes.push(other.subject, at: other.at) }
    return due
  }

  /// Whether what was to happen then still is.
  private func isDue(_ item: WakeQueue.Item) -> Bool {
    switch item.subject {
    case .deadline(let id):
      guard let run = runs[id] else { return false }
      return !run.isOverdue && !run.isAbandoned && run.deadline == item.at
    case .period(let id):
      guard let entry = entries[id], isDriven(entry), entry.due == item.at else { return false }
      return entry.run.flatMap { runs[$0] }.map(\.isOverdue) ?? true
    }
  }

  private mutating func forgetWhatIsOver() {
    while let first = wakes.first, !isDue(first) { _ = wakes.popFirst() }
    guard wakes.items.count > 64 + 4 * (entries.count + runs.count) else { return }
    var kept = WakeQueue()
    for item in Set(wakes.items) where isDue(item) { kept.push(item.subject, at: item.at) }
    wakes = kept
  }

  /// The results of a check.
  func record(of id: CheckID) -> CheckRecord? { entries[id]?.record }

  /// How long the run in progress has taken so far.
  func runningTime(of id: CheckID, at now: HealthInstant) -> Duration? {
    guard let run = entries[id]?.run.flatMap({ runs[$0] }) else { return nil }
    return now - run.started
  }

  /// How much is kept in the order of time, that included which is over.
  var queuedWakes: Int { wakes.items.count }

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

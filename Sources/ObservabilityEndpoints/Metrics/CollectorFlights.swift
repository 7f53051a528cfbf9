// Which run of a collector does a scrape wait for?

import MetricExposition
import MetricInstruments
import ObservabilityPlatform

/// The runs of collectors that are under way: at most one of each, on the cooperative pool, shared by the scrapes that
/// come meanwhile.
///
/// A run has the server's deadline, whichever scrape began it, and is cancelled when that has passed. A collector that
/// hangs all the same holds one task, and not one for each scrape.
final class CollectorFlights: Sendable {
  /// Who is told the result.
  struct Waiter {
    let answers: CollectorAnswers
    /// Which of the answers it is.
    let index: Int

    func callAsFunction(_ result: Result<CollectorRun.Families, any Error>) { answers.add(result, at: index) }
  }

  /// Guarded by the lock on all of them.
  private final class Flight: @unchecked Sendable {
    var state = SingleFlight<Waiter>()
    var task: Task<Void, Never>?
    var deadline: (any OneShotTimerToken)?
  }

  private struct State {
    /// By what tells a collector from all others: one that is added in place of another of its name has runs of its own.
    /// What is not running is not kept.
    var flights: [UInt64: Flight] = [:]
    var lastNumber: UInt64 = 0
    var answersGiven = 0
    var patience: PoolPatience
  }

  /// Whether the calling task is a collector's.
  @TaskLocal static var isCollecting = false

  private let memory: CollectedMemory
  private let limit: Duration
  private let timer: any OneShotTimer
  private let launch: (@Sendable (@escaping @Sendable () async -> Void) -> Task<Void, Never>)?
  private let now: @Sendable () -> Duration
  private let state: Locked<State>

  /// Why a collector's values are not in a scrape, when it has not failed by itself.
  struct Unanswered: Error, CustomStringConvertible {
    let description: String

    static let late = Unanswered(description: "was late")
    static let poolIsStuck = Unanswered(description: "was not waited for: the cooperative pool runs nothing")
    static let notBegun = Unanswered(
      description: "was not waited for: the cooperative pool, stuck or busy, has not come to run it")
    static let stillRunning = Unanswered(description: "has not returned since an earlier scrape")
  }

  /// - Parameter limit: how long a run may take, whoever waits for it.
  init(_ memory: CollectedMemory, within limit: Duration, timer: any OneShotTimer, settings: EndpointSettings)
  {
    self.memory = memory
    self.limit = limit
    self.timer = timer
    launch = settings.launch
    now = settings.now
    state = Locked(State(patience: PoolPatience(least: settings.poolPatience)))
  }

  /// How long a run may wait for the cooperative pool before that is taken for stuck.
  var patience: Duration { state.withLock { $0.patience.current } }

  /// How many answers scrapes have been given, late ones not counted.
  var answersGiven: Int { state.withLock { $0.answersGiven } }

  /// What tells a scrape that waits from every other, and the runs that it begins.
  func nextNumber() -> UInt64 {
    state.withLock { state in
      state.lastNumber &+= 1
      return state.lastNumber
    }
  }

  /// Has `waiter` told the result of the run under way, or of a new one: once at most, on any thread.
  ///
  /// - Parameter number: that of the scrape. It has to leave, at the latest when as much time has passed as a run has.
  func join(_ collector: Registry.NamedCollector, _ waiter: Waiter, as number: UInt64) {
    let entry = state.withLock { state in
      if let flight = state.flights[collector.id] { return flight.state.join(waiter, as: number) }
      let flight = Flight()
      state.flights[collector.id] = flight
      return flight.state.join(waiter, as: number)
    }
    switch entry {
    case .begins: begin(number, of: collector)
    case .shares: break
    case .refused: waiter(.failure(Unanswered.stillRunning))
    }
  }

  /// Stops waiting. The run goes on, with what is left of its time if it is one that the scrape has begun.
  ///
  /// - Parameter waited: how long the scrape has waited.
  func leave(_ number: UInt64, of collector: UInt64, after waited: Duration) {
    let isItsOwn = state.withLock { state in
      guard let flight = state.flights[collector] else { return false }
      flight.state.leave(number)
      return flight.state.isUnderWay(number)
    }
    guard isItsOwn else { return }
    guard waited < limit else { return callOff(number, of: collector) }
    let deadline = timer.schedule(after: limit - waited) { [weak self] in
      self?.callOff(number, of: collector)
    }
    let isUnderWay = state.withLock { state in
      guard state.flights[collector]?.state.isUnderWay(number) == true else { return false }
      state.flights[collector]?.deadline = deadline
      return true
    }
    if !isUnderWay { deadline.cancel() }
  }

  /// Whether the collector's run under way has come to run at all.
  func hasBegun(_ collector: Registry.NamedCollector) -> Bool {
    state.withLock { $0.flights[collector.id]?.state.hasBegun ?? false }
  }

  // MARK: - Runs

  private func begin(_ number: UInt64, of collector: Registry.NamedCollector) {
    let id = collector.id
    let start = now()
    let run: @Sendable () async -> Void = { [self] in
      let delay = now() - start
      state.withLock { state in
        state.flights[id]?.state.begin(number)
        // What has a thread of its own says nothing of the pool.
        if collector.executor == nil { state.patience.began(after: delay) }
      }
      do {
        let families = try await CollectorFlights.$isCollecting.withValue(true) {
          try await collector.collector.collect()
        }
        finish(number, of: id, .success(memory.checked(families, of: id)))
      } catch {
        finish(number, of: id, .failure(DescribedError(error)))
      }
    }
    let task: Task<Void, Never>
    if collector.executor == nil, let launch {
      task = launch(run)
    } else {
      task = Task.detached(executorPreference: collector.executor, operation: run)
    }
    state.withLock { state in
      if state.flights[id]?.state.isUnderWay(number) == true { state.flights[id]?.task = task }
    }
  }

  private func finish(
    _ run: UInt64, of id: UInt64, _ result: Result<CollectorRun.Families, any Error>
  ) {
    let (waiters, deadline) = state.withLock { state -> ([Waiter], (any OneShotTimerToken)?) in
      guard let waiters = state.flights[id]?.state.finish(run) else { return ([], nil) }
      return (waiters, state.flights.removeValue(forKey: id)?.deadline)
    }
    for waiter in waiters { waiter(result) }
    deadline?.cancel()
    state.withLock { $0.answersGiven += waiters.count }
  }

  private func callOff(_ run: UInt64, of id: UInt64) {
    let (waiters, task) = state.withLock { state -> ([Waiter], Task<Void, Never>?) in
      guard let waiters = state.flights[id]?.state.callOff(run) else { return ([], nil) }
      return (waiters, state.flights[id]?.task)
    }
    task?.cancelElsewhere(of: "collector \(id)")
    for waiter in waiters { waiter(.failure(Unanswered.late)) }
  }
}

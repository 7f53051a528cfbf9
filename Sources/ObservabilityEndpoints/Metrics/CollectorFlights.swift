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
  typealias Waiter = @Sendable (Result<CollectorRun.Families, any Error>) -> Void

  private struct Flight {
    var state = SingleFlight<Waiter>()
    var task: Task<Void, Never>?
    var deadline: (any OneShotTimerToken)?
  }

  private struct State {
    /// By what tells a collector from all others: one that is added in place of another of its name has runs of its own.
    /// What is not running is not kept.
    var flights: [UInt64: Flight] = [:]
    var lastNumber: UInt64 = 0
  }

  /// Whether the calling task is a collector's.
  @TaskLocal static var isCollecting = false

  private let check: CollectedFamilyCheck
  private let limit: Duration
  private let timer: any OneShotTimer
  private let state = Locked(State())

  /// Why a collector's values are not in a scrape, when it has not failed by itself.
  struct Unanswered: Error, CustomStringConvertible {
    let description: String

    static let late = Unanswered(description: "was late")
    static let poolIsStuck = Unanswered(description: "was not asked: the cooperative pool runs nothing")
    static let stillRunning = Unanswered(description: "has not returned since an earlier scrape")
  }

  /// - Parameter limit: how long a run may take, whoever waits for it.
  init(_ check: CollectedFamilyCheck, within limit: Duration, timer: any OneShotTimer) {
    self.check = check
    self.limit = limit
    self.timer = timer
  }

  /// Has `waiter` told the result of the run under way, or of a new one: once at most, on any thread.
  ///
  /// - Returns: what ``leave(_:of:)`` takes.
  func join(_ collector: Registry.NamedCollector, _ waiter: @escaping Waiter) -> UInt64 {
    let (number, entry) = state.withLock { state in
      state.lastNumber &+= 1
      let number = state.lastNumber
      return (number, state.flights[collector.id, default: Flight()].state.join(waiter, as: number))
    }
    switch entry {
    case .begins: begin(number, of: collector)
    case .shares: break
    case .refused: waiter(.failure(Unanswered.stillRunning))
    }
    return number
  }

  /// Stops waiting. The run goes on.
  func leave(_ waiter: UInt64, of collector: Registry.NamedCollector) {
    state.withLock { $0.flights[collector.id]?.state.leave(waiter) }
  }

  /// Whether the collector's run under way has come to run at all.
  func hasBegun(_ collector: Registry.NamedCollector) -> Bool {
    state.withLock { $0.flights[collector.id]?.state.hasBegun ?? false }
  }

  // MARK: - Runs

  private func begin(_ run: UInt64, of collector: Registry.NamedCollector) {
    let (id, check) = (collector.id, check)
    let task = Task.detached { [self] in
      state.withLock { $0.flights[id]?.state.begin(run) }
      do {
        let families = try await CollectorFlights.$isCollecting.withValue(true) {
          try await collector.collector.collect()
        }
        finish(run, of: id, .success(check(families)))
      } catch {
        finish(run, of: id, .failure(error))
      }
    }
    // The task first: a deadline that passes at once has to find it.
    state.withLock { state in
      if state.flights[id]?.state.isUnderWay(run) == true { state.flights[id]?.task = task }
    }
    let deadline = timer.schedule(after: limit) { [weak self] in self?.callOff(run, of: id) }
    let isUnderWay = state.withLock { state in
      guard state.flights[id]?.state.isUnderWay(run) == true else { return false }
      state.flights[id]?.deadline = deadline
      return true
    }
    if !isUnderWay { deadline.cancel() }
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
  }

  private func callOff(_ run: UInt64, of id: UInt64) {
    let (waiters, task) = state.withLock { state -> ([Waiter], Task<Void, Never>?) in
      guard let waiters = state.flights[id]?.state.callOff(run) else { return ([], nil) }
      return (waiters, state.flights[id]?.task)
    }
    task?.cancel()
    for waiter in waiters { waiter(.failure(Unanswered.late)) }
  }
}

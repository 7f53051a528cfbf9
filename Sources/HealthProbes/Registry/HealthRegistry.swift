// Which checks does this process have, and what else decides how probes are answered?

package import ObservabilityPlatform

/// The health checks of one process, and the answers to probes.
///
/// ```swift
/// let health = HealthRegistry()
/// try health.declare("storage")  // not ready, not started, but alive
/// try health.add(
///   HealthCheck("storage") {
///     try await store.ping()
///     return .pass
///   })
/// health.setMaintenance("kernel update")  // out of the load balancer
/// health.setMaintenance(nil)  // and back
/// ```
///
/// Every answer is given within one overall deadline, 800 ms unless it is set otherwise, whatever checks do:
/// the kubelet gives up after one second and counts that as a failure. All methods may be called from any
/// thread at any time, and none of them blocks.
public final class HealthRegistry: Sendable {
  typealias CheckID = HealthScheduler.CheckID
  typealias RunID = HealthScheduler.RunID
  typealias AnswerID = HealthScheduler.AnswerID

  /// A reference, since all that come behind it in the order of names are moved when one comes or goes.
  final class Registered: Sendable {
    let id: CheckID
    /// As the host made it.
    let original: HealthCheck
    /// As the configuration has it.
    let check: HealthCheck
    /// The server whose own it is; nil for the process's.
    let lease: HealthLease?

    init(id: CheckID, original: HealthCheck, check: HealthCheck, lease: HealthLease?) {
      self.id = id
      self.original = original
      self.check = check
      self.lease = lease
    }
  }

  /// A check that the configuration has switched off.
  struct SwitchedOff {
    let original: HealthCheck
    var lease: HealthLease?
  }

  /// Whatever decides how probes are answered makes the outcomes that are known unknown when it changes.
  struct State {
    var scheduler = HealthScheduler() { didSet { known = KnownOutcomes() } }
    /// Sorted by name, as answers show them.
    var checks: [Registered] = [] { didSet { known = KnownOutcomes() } }
    var checksByID: [CheckID: HealthCheck] = [:]
    var declared: Set<String> = [] { didSet { known = KnownOutcomes() } }
    var overrides: [String: HealthCheck.Overrides] = [:] { didSet { known = KnownOutcomes() } }
    var switchedOff: [SwitchedOff] = []
    var leases = HealthLeases() { didSet { known = KnownOutcomes() } }
    var lastID: UInt64 = 0
    var maintenance: String? { didSet { known = KnownOutcomes() } }
    /// What the host says; of its servers each has its own.
    var isDraining = false { didSet { known = KnownOutcomes() } }
    var hasStarted = false { didSet { known = KnownOutcomes() } }
    var known = KnownOutcomes()
    var observers: [HealthObserver] = []
    /// The tasks of runs in progress, to cancel them.
    var tasks: [RunID: Task<Void, Never>] = [:]
    var continuations: [AnswerID: CheckedContinuation<Void, Never>] = [:]
    var timer: any OneShotTimer
    var armed: (at: HealthInstant, token: any OneShotTimerToken)?
    var answers = ProbeCounts()
    /// Calls of hooks that are still to be made, in order.
    var hookCalls: [@Sendable () -> Void] = []
    var hooksDropped: UInt64 = 0

    /// The driver arms it after the event at hand.
    mutating func use(_ newTimer: any OneShotTimer) {
      armed?.token.cancel()
      armed = nil
      timer = newTimer
    }

    /// Whether there is a check of this name, among those of the leases for which the condition holds.
    func hasCheck(_ name: String, where condition: (HealthLease?) -> Bool = { _ in true }) -> Bool {
      checks[place(of: name)...].prefix { $0.check.name == name }.contains { condition($0.lease) }
        || switchedOff.contains { $0.original.name == name && condition($0.lease) }
    }

    /// Where the first check of this name is, or would be.
    func place(of name: String) -> Int {
      var (start, end) = (0, checks.count)
      while start < end {
        let middle = (start + end) / 2
        if checks[middle].check.name < name { start = middle + 1 } else { end = middle }
      }
      return start
    }

    /// Where the first check of this name is; nil when there is none.
    func firstCheck(named name: String) -> Int? {
      let place = place(of: name)
      return place < checks.count && checks[place].check.name == name ? place : nil
    }

    func isSwitchedOff(_ name: String) -> Bool { overrides[name]?.isEnabled == false }

    /// Puts a check in its place, or aside when it is switched off.
    mutating func insert(
      _ original: HealthCheck, _ check: HealthCheck, _ lease: HealthLease? = nil
    ) -> HealthScheduler.Event? {
      declared.remove(check.name)
      guard !isSwitchedOff(check.name) else {
        switchedOff.append(SwitchedOff(original: original, lease: lease))
        return nil
      }
      lastID &+= 1
      let id = CheckID(value: lastID)
      let place = place(of: check.name)
      checks.insert(Registered(id: id, original: original, check: check, lease: lease), at: place)
      checksByID[id] = check
      return .added(id, name: check.name, check.settings, isImmediate: check.isImmediate)
    }

    /// Takes out the check at a place.
    mutating func removeCheck(at place: Int) -> HealthScheduler.Event {
      let id = checks.remove(at: place).id
      checksByID[id] = nil
      return .removed(id)
    }
  }

  /// The longest that one answer takes.
  public let answerDeadline: Duration
  let clock: any HealthClock
  /// The timer to go back to when the background is stopped.
  private let ownTimer: any OneShotTimer
  let hooks: HookDelivery
  let state: Locked<State>

  /// Creates a registry that keeps time by itself until an event loop is given to it.
  ///
  /// - Parameter answerDeadline: the longest that one answer takes, 1 ms to 1 minute; outside of that it is
  ///   clamped. Keep it below the prober's own time-out.
  public convenience init(answerDeadline: Duration = .milliseconds(800)) {
    self.init(answerDeadline: answerDeadline, clock: SystemHealthClock(), timer: TaskSleepTimer())
  }

  package convenience init(answerDeadline: Duration, clock: any HealthClock, timer: any OneShotTimer) {
    self.init(answerDeadline: answerDeadline, clock: clock, timer: timer, hooks: .onThread())
  }

  init(
    answerDeadline: Duration = .milliseconds(800),
    clock: any HealthClock,
    timer: any OneShotTimer,
    hooks: HookDelivery = .onThread()
  ) {
    self.answerDeadline = min(max(answerDeadline, .milliseconds(1)), .seconds(60))
    self.clock = clock
    self.ownTimer = timer
    self.hooks = hooks
    self.state = Locked(State(timer: timer))
  }

  deinit {
    let (tasks, armed) = state.withLock { ($0.tasks, $0.armed) }
    armed?.token.cancel()
    for (run, task) in tasks { task.cancelElsewhere(of: "check \(run)") }
  }

  // MARK: - Checks

  /// Adds a check, and starts it when checks run in the background.
  ///
  /// A check with a declared name takes the declaration's place. What was configured for its name applies.
  ///
  /// - Throws: ``HealthError`` when another check has the name, or makes no sense with what is configured for
  ///   it.
  public func add(_ check: HealthCheck) throws(HealthError) {
    var problem: HealthError?
    process { state in
      do throws(HealthError) {
        guard !state.hasCheck(check.name) else {
          throw HealthError(
            .duplicateName, of: check.name, "one of this name exists: remove it first, or choose another name"
          )
        }
        return state.insert(check, try check.overridden(by: state.overrides[check.name]))
      } catch {
        problem = error
        return nil
      }
    }
    if let problem { throw problem }
  }

  /// Says that a check of this name will be added: until then readiness and start-up fail, and liveness
  /// does not. Without effect when such a check exists.
  ///
  /// Declare what start-up depends on before the server answers its first probe: with nothing declared and
  /// nothing added, `/startup` passes, and an orchestrator does not ask it again.
  ///
  /// - Throws: ``HealthError`` when the name makes no sense.
  public func declare(_ name: String) throws(HealthError) {
    try validateCheckName(name)
    state.withLock { state in
      if !state.hasCheck(name), !state.isSwitchedOff(name) { state.declared.insert(name) }
    }
  }

  /// Removes a check or a declaration. A run in progress is cancelled and its result not used.
  ///
  /// - Returns: whether there was one.
  @discardableResult
  public func remove(_ name: String) -> Bool {
    var wasKnown = false
    var isLast = false
    // What a check holds is the host's, and may call the registry when it ends: it goes with nothing locked.
    var held: [HealthCheck] = []
    defer { withExtendedLifetime(held) {} }
    // Each server may have lent one of this name.
    while !isLast {
      process { state in
        if state.declared.remove(name) != nil || state.hasCheck(name) { wasKnown = true }
        held += state.switchedOff.lazy.map(\.original).filter { $0.name == name }
        state.switchedOff.removeAll { $0.original.name == name }
        let place = state.firstCheck(named: name)
        isLast = place == nil
        return place.map { place in
          held.append(state.checks[place].check)
          return state.removeCheck(at: place)
        }
      }
    }
    return wasKnown
  }

  /// Adds hooks. They stay for the life of the registry.
  public func addObserver(_ observer: HealthObserver) {
    state.withLock { $0.observers.append(observer) }
  }

  // MARK: - Serving or not

  /// Takes this server out of the load balancer with a reason, or puts it back with `nil`.
  ///
  /// Readiness fails while it is set; liveness and the checks do not notice.
  public func setMaintenance(_ reason: String?) {
    state.withLock { $0.maintenance = reason.map(reasonText) }
  }

  /// Says whether the process is about to end. Readiness fails while it is set, whatever servers start and
  /// end; liveness does not. A server that drains needs it not: its own readiness fails.
  public func setDraining(_ isDraining: Bool) {
    state.withLock { $0.isDraining = isDraining }
  }

  // MARK: - Background

  /// Starts running checks in the background, without an event loop.
  public func start() {
    start(timer: ownTimer)
  }

  /// Starts running checks in the background, woken by `timer`, which also ends the waiting of answers.
  package func start(timer: any OneShotTimer) {
    process { state in
      state.use(timer)
      return .backgroundStarted
    }
  }

  /// Stops running checks in the background, and uses the event loop no longer.
  ///
  /// Answers still run what they need, and are still given in time.
  public func stop() {
    process { state in
      state.use(ownTimer)
      return .backgroundStopped
    }
  }
}

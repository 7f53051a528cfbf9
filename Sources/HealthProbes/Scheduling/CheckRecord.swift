// What state is a check in, given the results of its runs, its thresholds and its validity?

/// The results of one check. Pure: time comes in as an argument.
struct CheckRecord: Sendable {
  struct Result: Sendable {
    let result: HealthResult
    let at: HealthInstant
    let duration: Duration
  }

  struct Change: Sendable, Hashable {
    let from: HealthState
    let to: HealthState
    let reason: String?
    let at: HealthInstant
  }

  static let historyLength = 32

  var settings: HealthCheck.Settings
  private(set) var last: Result?
  private(set) var reading: FilesystemReading?
  private(set) var failuresInARow = 0
  private(set) var successesInARow = 0
  /// Whether runs take more than half of the deadline. Not false again before they take less than a quarter,
  /// so that a check near the border does not flap.
  private(set) var isSlow = false
  /// Oldest first, at most 32.
  private(set) var history: [Change] = []
  private(set) var transitionCounts = TransitionCounts()

  /// The state that results alone have led to.
  private var decided = HealthState.pending
  private var decidedReason: String?
  /// Whether the last result has been found too old since it was stored.
  private var isExpired = false

  init(_ settings: HealthCheck.Settings) {
    self.settings = settings
  }

  /// Whether the last result may no longer be believed at `now`. False before the first result.
  func isStale(at now: HealthInstant) -> Bool {
    guard let last else { return false }
    return now - last.at > settings.effectiveValidity
  }

  /// Whether the last result is recent enough to be used without running the check again.
  func isFresh(at now: HealthInstant) -> Bool {
    guard let last else { return false }
    return now - last.at < settings.period
  }

  /// The state and the reason at `now`. A result that is too old is a failure, not a stale success.
  func state(at now: HealthInstant) -> (state: HealthState, reason: String?) {
    guard let last, isExpired || isStale(at: now) else { return (decided, decidedReason) }
    if decided == .fail { return (decided, decidedReason) }
    return (.fail, AgingReason.stale(now - last.at, valid: settings.effectiveValidity))
  }

  /// Takes in a result, and returns the change of state it causes.
  mutating func store(
    _ observation: HealthObservation, duration: Duration, at now: HealthInstant
  ) -> Change? {
    let before = state(at: now)
    let result = observation.result.tidied
    last = Result(result: result, at: now, duration: duration)
    reading = observation.reading
    isExpired = false
    switch result {
    case .pass: succeed(.pass, nil)
    case .warn(let reason): succeed(.warn, reason)
    case .fail(let reason): fail(reason)
    }
    return note(changeFrom: before.state, at: now)
  }

  /// Turns a result that is too old into a failure, and returns the change of state it causes.
  mutating func expire(at now: HealthInstant) -> Change? {
    guard !isExpired, isStale(at: now) else { return nil }
    isExpired = true
    return note(changeFrom: decided, at: now)
  }

  /// Takes in how long a run took that was over in time, and returns whether it has just turned slow.
  mutating func pace(_ duration: Duration) -> Bool {
    let wasSlow = isSlow
    isSlow = duration > (wasSlow ? settings.deadline / 4 : settings.deadline / 2)
    return isSlow && !wasSlow
  }

  private mutating func succeed(_ state: HealthState, _ reason: String?) {
    failuresInARow = 0
    if successesInARow < Int.max { successesInARow += 1 }
    if decided == .fail, successesInARow < settings.successThreshold { return }
    decided = state
    decidedReason = reason
  }

  private mutating func fail(_ reason: String) {
    successesInARow = 0
    if failuresInARow < Int.max { failuresInARow += 1 }
    if decided == .fail || failuresInARow >= settings.failureThreshold {
      decided = .fail
      decidedReason = reason
    } else if decided == .pending {
      decidedReason = reason
    }
  }

  private mutating func note(changeFrom before: HealthState, at now: HealthInstant) -> Change? {
    let (after, reason) = state(at: now)
    guard after != before else { return nil }
    let change = Change(from: before, to: after, reason: reason, at: now)
    if history.count >= Self.historyLength { history.removeFirst(history.count - Self.historyLength + 1) }
    history.append(change)
    transitionCounts.add(after)
    return change
  }
}

// Who waits for a run that several share, and when does it end?

/// One run at a time, shared by all who want its result meanwhile: a pure state machine, which is told what happens and
/// says who is to hear of it.
///
/// The run belongs to none of its waiters. One that stops waiting costs itself its answer and nobody else; the run goes on
/// until it returns, or until it is called off at a deadline of its own. What does not return even then is waited for no
/// longer, and is not begun a second time beside itself.
///
/// Source: Go's `golang.org/x/sync/singleflight`, which has neither a deadline nor waiters that leave.
struct SingleFlight<Waiter> {
  /// What becomes of somebody who wants the result.
  enum Entry: Hashable {
    /// Waits, and a run of the same number is to be begun.
    case begins
    /// Waits for the run that is under way.
    case shares
    /// Does not wait: the run under way was called off, and has not returned.
    case refused
  }

  private var run: UInt64?
  /// Whether the run under way has come to run at all.
  private(set) var hasBegun = false
  private var isCalledOff = false
  private var waiters: [(number: UInt64, waiter: Waiter)] = []

  /// How many wait now.
  var waiterCount: Int { waiters.count }

  /// Whether this run is under way, called off or not.
  func isUnderWay(_ run: UInt64) -> Bool { self.run == run }

  /// Somebody wants the result.
  ///
  /// - Parameter number: what tells the waiter from every other, and the run that it may begin.
  mutating func join(_ waiter: Waiter, as number: UInt64) -> Entry {
    guard !isCalledOff else { return .refused }
    waiters.append((number, waiter))
    guard run == nil else { return .shares }
    run = number
    return .begins
  }

  /// A run has come to run.
  mutating func begin(_ run: UInt64) { if self.run == run { hasBegun = true } }

  /// Somebody waits no longer. Nothing happens when he has been told already.
  mutating func leave(_ waiter: UInt64) { waiters.removeAll { $0.number == waiter } }

  /// A run has returned. Gives those who are to be told the result: none when it was called off before; nil when it is
  /// not the run under way.
  mutating func finish(_ run: UInt64) -> [Waiter]? {
    guard self.run == run else { return nil }
    self.run = nil
    hasBegun = false
    isCalledOff = false
    return takeWaiters()
  }

  /// A run's deadline has passed: it is to be cancelled. Gives those who are to be told that it is late; nil when it has
  /// returned already.
  mutating func callOff(_ run: UInt64) -> [Waiter]? {
    guard self.run == run, !isCalledOff else { return nil }
    isCalledOff = true
    return takeWaiters()
  }

  private mutating func takeWaiters() -> [Waiter] {
    defer { waiters = [] }
    return waiters.map(\.waiter)
  }
}

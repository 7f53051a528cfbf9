// How many newcomers are let in while no regular place is free?

import ObservabilityPlatform

/// What newcomers get of a server whose regular places are taken, so that those who have one are served, and a probe is
/// answered all the same. Times are nanoseconds of the loop's clock.
struct NewcomerShare: Sendable {
  /// A newcomer is let in for so many requests that are served, and so many for each millisecond in any case: one costs
  /// both sides as much as ten requests, and all who are served wait meanwhile.
  static let requestsEach = 16
  static let aMillisecond: Int64 = 4
  /// The same at most while many wait.
  static let ofManyAMillisecond: Int64 = 8
  /// The same at least while the server has nothing to do for half of the time, so that they cost nobody anything.
  static let anIdleMillisecond: Int64 = 10
  private static let loadWindow: Int64 = 10_000_000
  /// In how many milliseconds the system's queue is to be worked off, where that leaves enough to those who are served:
  /// a probe in it is no sooner answered.
  static let goodWait = 75
  /// The same whatever that costs: a probe has to be answered within a second.
  static let longestWait = 600

  /// What newcomers may still cost, in requests, at most while the server is busy, and when time last added to it.
  private let most: Int
  private var credit: Int
  private var creditedAt: Int64 = 0
  /// Whether the server has been at work for more than half of the last window, and when the present one began.
  private var isBusy = false
  private var waiting = 0
  private var busyBefore: Int64 = 0
  private var windowBegan: Int64 = 0

  /// - Parameter most: how many come in at once of a busy server after a time without any.
  init(most: Int) {
    self.most = most * Self.requestsEach
    credit = self.most
  }

  /// A request has been served.
  mutating func served() { credit &+= 1 }

  /// Whether a newcomer can be let in now without those who have a place getting too little.
  ///
  /// - Parameters:
  ///   - busy: how long the server has been at work in all.
  ///   - waiting: how many connections are in the system's queue. Asked for now and then.
  mutating func take(at time: Int64, busy: Int64, waiting countWaiting: () -> Int) -> Bool {
    let window = windowBegan.elapsed(at: time)
    if window < 0 || window >= Self.loadWindow {
      isBusy = busyBefore.elapsed(at: busy) > window / 2
      (busyBefore, windowBegan) = (busy, time)
      waiting = min(max(0, countWaiting()), 1 << 20)
    }
    let passed = min(max(0, creditedAt.elapsed(at: time)), 1_000_000_000)
    let come = passed * rate / 1_000_000
    if come > 0 { creditedAt = time }
    let most = isBusy ? most : 4 * most
    credit = min(most, min(most, credit) + Int(come) * Self.requestsEach)
    guard credit >= Self.requestsEach else { return false }
    credit -= Self.requestsEach
    return true
  }

  /// How many a millisecond.
  private var rate: Int64 {
    let wanted = Int64(waiting / Self.goodWait)
    if !isBusy { return max(Self.anIdleMillisecond, wanted) }
    return max(
      Self.aMillisecond, min(Self.ofManyAMillisecond, wanted), Int64(waiting / Self.longestWait))
  }

  /// The newcomer did not come.
  mutating func giveBack() { credit &+= Self.requestsEach }
}

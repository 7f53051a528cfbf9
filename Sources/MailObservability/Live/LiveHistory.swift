// When are samples taken, and who may look at them?

import HealthProbes
import ObservabilityPlatform

/// The history of one server, and the timer that feeds it.
///
/// A sample is taken on the server's loop once a second: it reads the library's own instruments, and runs no code of the
/// host. Whoever makes an answer holds the lock for less than a millisecond, and the loop does not wait for him: it comes
/// back a moment later.
final class LiveHistory: Sendable {
  private struct Timing {
    var token: (any OneShotTimerToken)?
    var isStopped = false
  }

  /// Touched by whoever has the lock.
  private struct Held: @unchecked Sendable { let history: History }

  let series: LiveSeries
  private let now: @Sendable () -> Double
  private let marks: @Sendable () -> HistoryMarks
  private let lock = Lock()
  private let held: Held
  private let timing = Locked(Timing())

  /// - Parameters:
  ///   - clock: seconds since the beginning, by a clock that counts the time a machine sleeps.
  ///   - marks: asked on the loop, once a second.
  init(
    _ series: LiveSeries, clock: @escaping @Sendable () -> Double = LiveHistory.systemClock(),
    marks: @escaping @Sendable () -> HistoryMarks
  ) {
    self.series = series
    self.marks = marks
    now = clock
    held = Held(history: History(kinds: series.kinds))
  }

  /// The bytes that the samples take.
  var byteCount: Int { held.history.byteCount }

  static func systemClock() -> @Sendable () -> Double {
    let origin = ContinuousClock.now
    return { (ContinuousClock.now - origin).seconds }
  }

  /// Takes a sample now, and one at the beginning of every second from then on.
  func start(on timer: any OneShotTimer) { tick(timer) }

  /// Nothing is taken any more.
  func stop() {
    timing.withLock { timing in
      timing.isStopped = true
      timing.token?.cancel()
      timing.token = nil
    }
  }

  private func tick(_ timer: any OneShotTimer) {
    let time = now()
    var delay = Duration.milliseconds(20)
    if lock.tryLock() {
      held.history.take(series, at: time, marks())
      lock.unlock()
      delay = .seconds(1 - (time - time.rounded(.down)))
    }
    timing.withLock { timing in
      guard !timing.isStopped else { return }
      timing.token = timer.schedule(after: delay) { [weak self] in self?.tick(timer) }
    }
  }

  /// A copy of some points, the time on the history's clock, and the same moment in seconds since 1970.
  func points(_ range: History.Range, from first: Int) -> (points: HistoryPoints, now: Double, wall: Double) {
    let (now, wall) = (now(), WallClock.seconds)
    let points = lock.withLock { HistoryPoints(held.history, range, from: first, now: now) }
    return (points, now, wall)
  }
}

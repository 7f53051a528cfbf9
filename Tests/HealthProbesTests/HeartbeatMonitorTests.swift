// Does the heartbeat tell a stuck pool from a process that was not running?

@testable import HealthProbes
import TestSupport
import Testing

@Suite("The heartbeat monitor")
struct HeartbeatMonitorTests {
  /// A monitor with ticks every second and a threshold of 30.
  final class Watch {
    var monitor = HeartbeatMonitor(threshold: .seconds(30))
    var now = HealthInstant(sinceOrigin: .seconds(100))

    func tick(after duration: Duration) -> HeartbeatMonitor.Beat? {
      now = now + duration
      return monitor.tick(at: now)
    }

    func ran(_ beat: HeartbeatMonitor.Beat) -> Duration? { monitor.ran(beat, at: now) }

    var verdict: HealthResult { monitor.verdict(at: now) }
  }

  @Test("passes while beats run, and measures their delay")
  func healthy() throws {
    let watch = Watch()
    for _ in 0..<100 {
      let beat = try #require(watch.tick(after: .seconds(1)))
      watch.now = watch.now + .milliseconds(3)
      #expect(watch.ran(beat) == .milliseconds(3))
      #expect(watch.verdict == .pass)
    }
  }

  @Test("warns after ten seconds without a beat, fails after thirty, and passes once it ran")
  func stuck() throws {
    let watch = Watch()
    let beat = try #require(watch.tick(after: .seconds(1)))
    for second in 1...60 {
      #expect(watch.tick(after: .seconds(1)) == nil, "one beat at a time")
      switch second {
      case ..<10: #expect(watch.verdict == .pass)
      case ..<30: #expect(watch.verdict == .warn("tasks wait \(second) s for the cooperative pool"))
      default:
        #expect(watch.verdict == .fail("no task has run on the cooperative pool for \(second) s"))
      }
    }
    #expect(watch.ran(beat) == .seconds(60))
    #expect(watch.verdict == .pass)
    #expect(watch.tick(after: .seconds(1)) != nil)
  }

  @Test(
    "does not count time in which the process did not run",
    arguments: [2, 31, 60, 3600, 6 * 86_400])
  func stopped(seconds: Int) throws {
    let watch = Watch()
    let beat = try #require(watch.tick(after: .seconds(1)))
    // Stopped with a beat on its way. A probe asks before the timer's thread ticks again.
    watch.now = watch.now + .seconds(seconds)
    #expect(watch.verdict == .pass)
    #expect(watch.monitor.delay(at: watch.now) <= .milliseconds(1500))
    // Then a tick comes before the beat.
    #expect(watch.tick(after: .zero) == nil)
    #expect(watch.verdict == .pass)
    watch.now = watch.now + .milliseconds(2)
    let delay = try #require(watch.ran(beat))
    #expect(delay <= .milliseconds(1502))
  }

  @Test("does not take a process that is stopped again and again for a stuck pool")
  func stoppedRepeatedly() throws {
    let watch = Watch()
    for _ in 0..<1000 {
      // Ten seconds stopped, then one tick, and the beat runs a moment later.
      let beat = try #require(watch.tick(after: .seconds(10)))
      #expect(watch.verdict == .pass)
      watch.now = watch.now + .milliseconds(50)
      #expect(watch.ran(beat) == .milliseconds(50))
    }
  }

  @Test("still fails a stuck pool in a process that is throttled, only later")
  func throttledAndStuck() throws {
    let watch = Watch()
    _ = try #require(watch.tick(after: .seconds(1)))
    var ticks = 0
    while watch.verdict != .fail("no task has run on the cooperative pool for 30 s"), ticks < 100 {
      _ = watch.tick(after: .seconds(5))
      ticks += 1
    }
    #expect(ticks == 20, "each late tick counts for one and a half seconds")
  }

  @Test("ignores a beat that it does not expect")
  func unexpectedBeat() throws {
    let watch = Watch()
    let beat = try #require(watch.tick(after: .seconds(1)))
    #expect(watch.ran(beat) == .zero)
    #expect(watch.ran(beat) == nil)
  }

  @Test("never fails while every beat runs within the threshold of running time, whatever the gaps")
  func randomGaps() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let watch = Watch()
    var beat = watch.tick(after: .zero)
    var waited = Duration.zero
    for _ in 0..<20_000 {
      let isGap = Int.random(in: 0..<4, using: &generator) == 0
      let step: Duration =
        isGap
        ? .seconds(Int.random(in: 2...100_000, using: &generator))
        : .milliseconds(Int.random(in: 0...1000, using: &generator))
      waited += min(step, .milliseconds(1500))
      watch.now = watch.now + step
      if waited > .seconds(25), let ran = beat {
        _ = watch.ran(ran)
        waited = .zero
        beat = nil
      }
      if case .fail = watch.verdict { Issue.record("seed \(seed): failed after \(waited)") }
      if let next = watch.monitor.tick(at: watch.now) {
        beat = next
        waited = .zero
      }
    }
  }

  @Test("survives durations that make no sense")
  func settings() {
    for threshold in [Duration.zero, .seconds(-5), .seconds(Int64.max)] {
      for interval in [nil, Duration.zero, .seconds(-1), .seconds(Int64.max)] {
        var monitor = HeartbeatMonitor(threshold: threshold, warning: interval, interval: interval)
        #expect(monitor.interval >= .milliseconds(1))
        #expect(monitor.interval <= monitor.threshold / 4)
        #expect(monitor.warning <= monitor.threshold)
        _ = monitor.tick(at: HealthInstant(sinceOrigin: .zero))
        _ = monitor.verdict(at: HealthInstant(sinceOrigin: .seconds(1_000_000)))
      }
    }
  }
}

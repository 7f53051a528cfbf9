// Does liveness fail while the cooperative pool is stuck, and only then?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("The executor heartbeat", .timeLimit(.minutes(30)))
struct ExecutorHeartbeatTests {
  /// A heartbeat whose beats run only when the test lets them.
  struct Watch {
    let clock = ManualClock()
    let health: HealthRegistry
    let heartbeat: ExecutorHeartbeat
    let beats: Locked<[@Sendable () -> Void]>
    let delays: Locked<[Duration]>

    init() throws {
      let beats = Locked<[@Sendable () -> Void]>([])
      let delays = Locked<[Duration]>([])
      health = HealthRegistry(clock: clock, timer: clock, hooks: .inline)
      heartbeat = ExecutorHeartbeat(
        clock: clock, launch: { beat in beats.withLock { $0.append(beat) } },
        onDelay: { delay in delays.withLock { $0.append(delay) } })
      self.beats = beats
      self.delays = delays
      try health.add(heartbeat.check())
      health.start(timer: clock)
      heartbeat.start(timer: clock)
    }

    func runBeats() {
      let waiting = beats.withLock { beats in
        defer { beats = [] }
        return beats
      }
      for beat in waiting { beat() }
    }
  }

  @Test("fails liveness with its name and reason while no beat runs, and passes when one does")
  func stuck() async throws {
    let watch = try Watch()
    let transitions = Locked<[HealthState]>([])
    watch.health.addObserver(
      HealthObserver(transition: { change in transitions.withLock { $0.append(change.to) } }))
    watch.clock.advance(by: .milliseconds(5))
    watch.runBeats()
    #expect(watch.delays.withLock { $0 } == [.milliseconds(5)])
    #expect(await watch.health.answer(to: .live).passes)

    watch.clock.advance(by: .seconds(29))
    #expect(await watch.health.answer(to: .live).passes)
    watch.clock.advance(by: .seconds(2))
    let answer = await watch.health.answer(to: .live)
    #expect(!answer.passes)
    #expect(answer.blockedBy == ["executor"])
    #expect(answer.report.checks.first?.reason == "no task has run on the cooperative pool for 30 s")
    #expect(await watch.health.answer(to: .ready).passes, "it is a liveness check")
    #expect(watch.beats.withLock { $0.count } == 1, "one beat, however long it takes")

    watch.runBeats()
    #expect(await watch.health.answer(to: .live).passes)
    #expect(transitions.withLock { $0 } == [.pass, .warn, .fail, .pass])
  }

  @Test("stays alive when the process was stopped for an hour with a beat on its way")
  func stopped() async throws {
    let watch = try Watch()
    watch.clock.advance(by: .milliseconds(1500))
    watch.clock.jump(by: .seconds(3600))
    #expect(await watch.health.answer(to: .live).passes)
    watch.runBeats()
    watch.clock.advance(by: .seconds(1))
    #expect(await watch.health.answer(to: .live).passes)
    #expect(watch.delays.withLock { $0 }.allSatisfy { $0 < .seconds(4) })
  }

  @Test("stops ticking when it is stopped, and starts again")
  func stopping() throws {
    let watch = try Watch()
    watch.health.stop()
    watch.heartbeat.stop()
    watch.clock.advance(by: .seconds(100))
    #expect(watch.beats.withLock { $0.count } == 1)
    #expect(watch.heartbeat.verdict() == .warn("the heartbeat is not running"))
    watch.runBeats()
    watch.heartbeat.start(timer: watch.clock)
    #expect(watch.beats.withLock { $0.count } == 1)
    #expect(watch.heartbeat.verdict() == .pass)
    watch.heartbeat.start(timer: watch.clock)
    #expect(watch.clock.pendingCalls == 1, "started twice, it still ticks once")
  }

  /// An executor and a timer on threads that are none of the pool's, as an event loop is.
  final class OwnThreads: TaskExecutor, OneShotTimer {
    struct Token: OneShotTimerToken {
      let isCancelled = Locked(false)
      func cancel() { isCancelled.withLock { $0 = true } }
    }

    let threads = BlockingThreads(limit: 64, queueLimit: 1024)

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      _ = try? threads.submit { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
      let token = Token()
      let milliseconds =
        UInt32(clamping: delay.components.seconds * 1000 + 1)
        + UInt32(clamping: delay.components.attoseconds / 1_000_000_000_000_000)
      _ = try? threads.submit {
        blockThread(milliseconds: milliseconds)
        if !token.isCancelled.withLock({ $0 }) { fire() }
      }
      return token
    }
  }

  @Test("answers from its own thread while every thread of the real pool is blocked")
  func realPool() async throws {
    let own = OwnThreads()
    let health = HealthRegistry(
      answerDeadline: .milliseconds(50), clock: SystemHealthClock(), timer: own, hooks: .inline)
    let heartbeat = ExecutorHeartbeat(threshold: .milliseconds(100))
    try health.add(heartbeat.check())
    try health.add(onDemand("storage") { .pass })
    health.start(timer: own)
    heartbeat.start(timer: own)

    // All of it runs without the pool, because there is none while it lasts.
    let outcome = await Task(executorPreference: own) {
      let isReleased = Flag()
      defer { isReleased.set() }
      let processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
      for _ in 0..<(max(processors, 1) * 4) { Task.detached { isReleased.waitBlocking() } }
      let began = ContinuousClock.now
      var stuck = await health.answer(to: .live)
      while stuck.passes, began.duration(to: .now) < patience {
        blockThread(milliseconds: 1)
        stuck = await health.answer(to: .live)
      }
      // Only its deadline ends this, which does not come too early.
      let asked = ContinuousClock.now
      let ready = await health.answer(to: .ready)
      return (stuck: stuck, ready: ready, took: asked.duration(to: .now))
    }.value

    #expect(outcome.stuck.blockedBy == ["executor"])
    #expect(outcome.ready.blockedBy == ["storage"], "its task cannot run, and the answer comes all the same")
    #expect(outcome.took >= .milliseconds(50))
    #expect(await eventually { await health.answer(to: .live).passes })
    heartbeat.stop()
    health.stop()
  }
}

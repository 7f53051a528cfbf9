// Are checks answered for while calls that hang have taken all threads for blocking?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("Checks while every thread for blocking calls hangs", .timeLimit(.minutes(30)))
struct StarvedThreadsTests {
  private static let late = "no result within its deadline of 1 s"

  @Test("are answered for if they need none, and say so if they do, while 10,000 come and go")
  func starved() async {
    // In a process of its own: the threads are those of all checks.
    await #expect(processExitsWith: .success) { try await StarvedThreadsTests.starve() }
  }

  private static func starve() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    let latch = BlockingThreadsTests.Latch()
    let listener = try LoopbackListener(backlog: 16)
    // Two of each mount, more than there are threads.
    for number in 0..<80 {
      try health.add(
        HealthCheck(
          "hanging-\(number)", HealthCheck.Settings(), on: .fileSystems, key: "mount \(number / 2)",
          blocking: {
            latch.hold()
            return HealthObservation(.pass)
          }))
    }
    health.start(timer: clock)
    #expect(await eventually { latch.held.withLock { $0 } == 64 })
    for number in 0..<20 { try health.add(HealthCheck("task-\(number)") { .pass }) }
    try health.add(HealthCheck("immediate", settings: .init(), immediate: { .pass }))
    try health.add(
      .tcpConnect(
        "port", host: "127.0.0.1", port: listener.port, settings: .init(deadline: .seconds(600))))
    try health.add(.diskSpace("disk", path: "/", failBelowBytes: 0))
    #expect(await eventually { health.states("task-", "immediate", "port").allSatisfy { $0 == .pass } })

    // While others come and go, of which some block as well and never get a thread.
    let churn = Task.detached {
      for number in 0..<10_000 {
        if number % 10 == 0 {
          try health.add(
            HealthCheck(
              "churn-\(number)", HealthCheck.Settings(probes: []), on: .fileSystems, key: "\(number)",
              blocking: { HealthObservation(.pass) }))
        } else {
          try health.add(HealthCheck("churn-\(number)") { .pass })
        }
        if number >= 50 { health.remove("churn-\(number - 50)") }
      }
      for number in 9_950..<10_000 { health.remove("churn-\(number)") }
    }
    let isOver = Flag()
    let asking = Task.detached {
      var answers = 0
      while !isOver.isSet {
        let answer = await health.answer(to: .live)
        #expect(answer.passes)
        _ = await health.answer(to: .ready)
        answers += 1
      }
      return answers
    }
    clock.advance(by: .seconds(1))
    try await churn.value
    isOver.set()
    #expect(await asking.value > 0)

    let report = health.report()
    let reasons = report.checks.filter { $0.name.hasPrefix("hanging-") }.compactMap(\.reason)
    #expect(reasons.count { $0 == late } == 64)
    #expect(reasons.count { $0 == late + ": waited for a free thread" } == 16)
    #expect(report.checks.first { $0.name == "disk" }?.reason == late + ": waited for a free thread")
    #expect(health.states("task-", "immediate", "port").count == 22)
    #expect(health.states("task-", "immediate", "port").allSatisfy { $0 == .pass })
    #expect(report.checks.count == 80 + 23)

    latch.open()
    #expect(await eventually { health.statistics.tasksInFlight == 0 })
    #expect(await eventually { BlockingThreads.fileSystems.threadCount == 0 })
    clock.advance(by: .seconds(10))
    #expect(await eventually { health.states("hanging-", "disk").allSatisfy { $0 == .pass } })
    health.stop()
  }
}

extension HealthRegistry {
  /// The states of the checks whose names begin so.
  fileprivate func states(_ beginnings: String...) -> [HealthState] {
    report().checks.filter { check in beginnings.contains { check.name.hasPrefix($0) } }.map(\.state)
  }
}

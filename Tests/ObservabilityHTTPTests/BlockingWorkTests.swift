// Is a probe answered while work off the loop blocks its threads?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

@Suite("Blocking work", .timeLimit(.minutes(30)), .serialized)
struct BlockingWorkTests {
  @Test("A probe is answered at once while another request's work sleeps on its thread")
  func blockedThread() async throws {
    let (isBlocked, isOver) = (Flag(), Flag())
    let timer = try EventLoop(name: "timer")
    defer { timer.shutdown() }
    try await withServer(handler: { request in
      guard request.path == "/slow" else { return .text(200, "alive") }
      let outcome = await offLoop(within: .seconds(3600), timer: timer) { () -> Bool in
        isBlocked.set()
        isOver.waitBlocking()
        return true
      }
      if case .finished = outcome { return .text(200, "slow") }
      return .text(500, "late")
    }) { server in
      let slow = try await server.connect()
      try await slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      // From a thread of its own: the one that is blocked may be the only one of the pool.
      let replies = await onThread { [address = "\(server.address)"] in
        isBlocked.waitBlocking()
        defer { isOver.set() }
        return (0..<20).map { _ in HTTPClient.get("/live", at: address)?.body }
      }
      #expect(replies.allSatisfy { $0 == "alive" })
      #expect(try await slow.read(through: "slow").contains("200 OK"))
    }
  }

  @Test("Work that is late is given up at its deadline, whether or not its thread ever comes back")
  func deadline() async throws {
    let loop = try EventLoop(name: "deadline")
    defer { loop.shutdown() }
    let never = Gate()
    let hasEnded = Flag()
    let outcome = Task(executorPreference: loop) {
      defer { hasEnded.set() }
      return await offLoop(within: .seconds(3600), timer: loop) { await never.pass() }
    }
    // Again and again, because the deadline is set whenever the task comes to it.
    let isGivenUp = await eventually {
      loop.advanceClock(by: .seconds(600))
      return hasEnded.isSet
    }
    #expect(isGivenUp)
    never.open()
    if case .deadlineExceeded = await outcome.value {} else { Issue.record("not given up") }
  }
}

@Suite("Off the loop", .timeLimit(.minutes(30)))
struct OffLoopTests {
  @Test("A result and an error come back, and the work does not run on the loop")
  func outcomes() async throws {
    struct Failure: Error {}
    let loop = try EventLoop(name: "off")
    defer { loop.shutdown() }
    let results = await Task(executorPreference: loop) { () -> [String] in
      var results: [String] = []
      switch await offLoop(within: .seconds(3600), timer: loop, { loop.isCurrent }) {
      case .finished(let isOnLoop): results.append("finished, on the loop: \(isOnLoop)")
      case .failed, .deadlineExceeded: results.append("not finished")
      }
      results.append("back on the loop: \(loop.isCurrent)")
      switch await offLoop(within: .seconds(3600), timer: loop, { () throws -> Int in throw Failure() }) {
      case .failed(let error): results.append("\(type(of: error))")
      case .finished, .deadlineExceeded: results.append("not failed")
      }
      return results
    }.value
    #expect(results == ["finished, on the loop: false", "back on the loop: true", "Failure"])
  }

  @Test("Cancelling the caller ends its wait and cancels the work")
  func cancellation() async throws {
    let cancelled = Flag()
    let never = Gate()
    let task = Task {
      await offLoop(within: .seconds(3600), timer: TaskSleepTimer()) {
        await withTaskCancellationHandler {
          await never.pass()
        } onCancel: {
          cancelled.set()
        }
      }
    }
    task.cancel()
    if case .failed(let error) = await task.value {
      #expect(error is CancellationError)
    } else {
      Issue.record("not ended")
    }
    // The work may start after it was cancelled; it is told all the same.
    #expect(await eventually { cancelled.isSet })
    never.open()
  }

  @Test("Without a loop, a sleeping task is the timer")
  func sleepTimer() async {
    let never = Gate()
    let outcome = await offLoop(within: .milliseconds(1), timer: TaskSleepTimer()) {
      await never.pass()
    }
    if case .deadlineExceeded = outcome {} else { Issue.record("not given up") }
    never.open()
  }
}

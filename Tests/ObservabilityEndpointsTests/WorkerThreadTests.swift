// What becomes of work when the system gives no thread?

@testable import ObservabilityPlatform
import TestSupport
import Synchronization
import Testing

@Suite("A worker thread")
struct WorkerThreadTests {
  @Test("that cannot be started is asked for again, and whoever's work was taken has it done")
  func noThread() async throws {
    let refusals = Locked(3)
    let starts = FlagCount()
    let thread = WorkerThread(linger: .seconds(3600)) { body throws(SystemError) in
      let isRefused = refusals.withLock { refusals in
        refusals -= 1
        return refusals >= 0
      }
      if isRefused { throw SystemError(code: EAGAIN, action: "starting a thread") }
      starts.add()
      try SystemThread.start(name: "test", body).detach()
    }
    defer { thread.stop() }
    let (taken, done) = (FlagCount(), FlagCount())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          do throws(SystemError) {
            try thread.submit { done.add() }
            taken.add()
          } catch {}
        }
      }
    }
    #expect(taken.value == 47)
    #expect(await eventually { done.value == 47 })
    #expect(starts.value == 1)
  }
}

// Does the loop run what it is given, when it should, on its own thread?

import TestSupport
import ObservabilityPlatform
import Synchronization
import Testing

@testable import ObservabilitySockets

@Suite("Event loop", .timeLimit(.minutes(30)))
struct EventLoopTests {
  @Test("A task that prefers the loop runs on its thread, before and after a wait")
  func taskPreference() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let results = await Task(executorPreference: loop) { () -> [Bool] in
      let before = loop.isCurrent
      await Task.yield()
      await nested()
      return [before, loop.isCurrent]
    }.value
    #expect(results == [true, true])
    #expect(!loop.isCurrent)
  }

  @Sendable private func nested() async { await Task.yield() }

  @Test("An actor whose executor is the loop runs on its thread")
  func actorIsolation() async throws {
    actor Here {
      let loop: EventLoop
      init(_ loop: EventLoop) { self.loop = loop }
      nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
      func isOnLoop() -> Bool { loop.isCurrent }
    }
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    #expect(await Here(loop).isOnLoop())
  }

  @Test("Timers fire in the order of their times, and a cancelled one never does")
  func timers() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let fired = Lock()
    nonisolated(unsafe) var order: [Int] = []
    let cancelled: LoopTimer = loop.schedule(after: .seconds(7200)) { fired.withLock { order.append(2) } }
    await withCheckedContinuation { done in
      loop.schedule(after: .seconds(4 * 3600)) { done.resume() }
      for hours in [3, 1] {
        loop.schedule(after: .seconds(hours * 3600)) { fired.withLock { order.append(hours) } }
      }
      cancelled.cancel()
      loop.advanceClock(by: .seconds(10 * 3600))
    }
    #expect(fired.withLock { order } == [1, 3])
  }

  @Test("What is urgent comes before all that waits, and what it queues itself does not")
  func urgent() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let order = Locked<[String]>([])
    await withCheckedContinuation { done in
      loop.execute {
        for name in ["first", "second"] { loop.execute { order.withLock { $0.append(name) } } }
        loop.urgently {
          loop.execute {
            order.withLock { $0.append("urgent") }
            loop.execute {
              order.withLock { $0.append("after it") }
              done.resume()
            }
          }
        }
      }
    }
    #expect(order.withLock { $0 } == ["urgent", "first", "second", "after it"])
  }

  @Test("Who gives up a turn goes on after what is ready, and in the order of giving up")
  func turns() async throws {
    let loop = try EventLoop(name: "test", slice: .seconds(3600))
    defer { loop.shutdown() }
    let order = Locked<[String]>([])
    let began = Flag()
    // The loop stands still until all three tasks are queued, so that it takes them at once.
    await withCheckedContinuation { standing in
      loop.execute {
        standing.resume()
        while !began.isSet { usleep(1000) }
      }
    }
    let many = ["a", "b"].map { name in
      Task(executorPreference: loop) {
        for _ in 0..<3 {
          order.withLock { $0.append(name) }
          await loop.nextTurn()
        }
      }
    }
    let once = Task(executorPreference: loop) { order.withLock { $0.append("once") } }
    began.set()
    for task in many + [once] { await task.value }
    #expect(order.withLock { $0 } == ["a", "b", "once", "a", "b", "a", "b"])
  }

  @Test("However long the queue is, the loop looks at its descriptors after a slice of it")
  func slices() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let before = loop.statistics.wakeUps
    await withCheckedContinuation { done in
      loop.execute {
        for number in 1...100 {
          loop.execute {
            usleep(1000)
            if number == 100 { done.resume() }
          }
        }
      }
    }
    let statistics = loop.statistics
    // Each of them takes a slice.
    #expect(statistics.wakeUps - before >= 90)
    #expect(statistics.longestQueue >= 50)
    #expect(statistics.busyNanoseconds >= 50_000_000)
    #expect(statistics.longestSliceNanoseconds > 0)
  }

  @Test("The longest slice is the processor time of the longest piece of work, and of no sleep")
  func longestSlice() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    await withCheckedContinuation { done in
      loop.execute {
        // For longer than any machine works in this test.
        sleep(2)
        loop.execute {
          let start = processorNanoseconds()
          while processorNanoseconds() - start < 20_000_000 {}
          loop.execute { done.resume() }
        }
      }
    }
    #expect(await eventually { loop.statistics.longestSliceNanoseconds >= 20_000_000 })
    #expect(loop.statistics.longestSliceNanoseconds < 1_000_000_000)
  }

  @Test("keeps its longest slices, the longest first, and how long ago they were")
  func longestSlices() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    for milliseconds in [2, 12, 4, 6, 8, 10, 3, 5, 7, 9, 11] {
      let isDone = Flag()
      loop.execute {
        let end = processorNanoseconds() + Int64(milliseconds) * 1_000_000
        while processorNanoseconds() < end {}
        isDone.set()
      }
      #expect(await eventually { isDone.isSet })
    }
    #expect(await eventually { (loop.longestSlices.first?.slice.nanoseconds ?? 0) >= 11_000_000 })
    let slices = loop.longestSlices
    #expect(slices.count <= 8 && slices.allSatisfy { $0.age >= .zero })
    #expect(slices.map(\.slice.nanoseconds) == slices.map(\.slice.nanoseconds).sorted(by: >))
    #expect(slices.first?.slice.nanoseconds == loop.statistics.longestSliceNanoseconds)
  }

  @Test("Work handed over by many threads is run once each")
  func submissions() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let count = FlagCount()
    await withDiscardingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<500 {
            await withCheckedContinuation { done in
              loop.execute {
                count.add()
                done.resume()
              }
            }
          }
        }
      }
    }
    #expect(count.value == 4000)
  }

  @Test("What is handed to a loop that has stopped still runs, so that no task hangs")
  func afterShutdown() async throws {
    let loop = try EventLoop(name: "test")
    loop.shutdown()
    loop.shutdown()
    await withCheckedContinuation { done in loop.execute { done.resume() } }
    #expect(await Task(executorPreference: loop) { loop.isCurrent }.value)
  }

  @Test(
    "What ends something runs on the loop, and by its caller once that has stopped, with what it lets go on")
  func beginningNoThread() async throws {
    let loop = try EventLoop(name: "test")
    let (ranOn, hasRun, goesOn) = (Locked(UInt(0)), Flag(), Flag())
    loop.executeBeginningNoThread {
      ranOn.withLock { $0 = loop.isCurrent ? SystemThread.current : 0 }
      hasRun.set()
    }
    #expect(await eventually { hasRun.isSet })
    #expect(await onThread { ranOn.withLock { $0 != 0 && $0 != SystemThread.current } })
    await onThread {
      loop.shutdown()
      for round in 0..<50 {
        ranOn.withLock { $0 = 0 }
        loop.executeBeginningNoThread {
          ranOn.withLock { $0 = loop.isCurrent ? SystemThread.current : 0 }
          // As a continuation does that is resumed.
          if round == 49 { loop.execute(goesOn.set) }
        }
        #expect(ranOn.withLock { $0 } == SystemThread.current)
        #expect(round == 49 || loop.lock.withLock { !loop.isDrainerRunning })
      }
    }
    #expect(await eventually { goesOn.isSet && loop.lock.withLock { !loop.isDrainerRunning } })
  }

  @Test("A loop can be shut down by what it runs itself")
  func shutdownFromInside() async throws {
    let loop = try EventLoop(name: "test")
    await withCheckedContinuation { done in
      loop.execute {
        loop.shutdown()
        done.resume()
      }
    }
    #expect(loop.isShutDown)
  }

  @Test("Extreme durations are clamped, not trapped on")
  func extremeDurations() async throws {
    let loop = try EventLoop(name: "test")
    defer { loop.shutdown() }
    let longest = Duration(secondsComponent: .max, attosecondsComponent: 0)
    let shortest = Duration(secondsComponent: .min, attosecondsComponent: 0)
    let never: LoopTimer = loop.schedule(after: longest) {}
    await withCheckedContinuation { done in loop.schedule(after: shortest) { done.resume() } }
    never.cancel()
    #expect(longest.clampedNanoseconds == .max)
    #expect(shortest.clampedNanoseconds == .min)
    #expect(Duration.nanoseconds(-5).clampedNanoseconds == -5)
  }
}

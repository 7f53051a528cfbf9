// What does the loop's thread do, from its start to its end?

import ObservabilityPlatform
import CObservabilityShims
import Synchronization

extension EventLoop {
  /// How often jobs that queue further jobs are followed before descriptors are looked at again.
  private static let roundsWithoutPolling = 4
  /// How many short things are done before the clock is read.
  private static let itemsBetweenClocks = 4

  func runUntilStopped() {
    while !isStopping.load(ordering: .acquiring) {
      let began = clock()
      counters.sliceEnded(since: time, at: began)
      let isIdle = queue.isEmpty && urgent.isEmpty && turns.isEmpty
      let ready = pollSet.wait(until: isIdle ? timers.earliest : began, now: began)
      time = clock()
      // Descriptors before timers: after a pause of the whole process, a peer that has sent its
      // bytes in time is read, not timed out.
      if pollSet.dispatch(ready) { takeSubmitted(drainingPipe: true) }
      counters.sliceBegan(at: time, waiting: queue.count + turns.count)
      let end = time.clampedAdding(slice)
      runQueue(until: end)
      runTimers(until: end)
      runTurns(until: end)
    }
    finish()
  }

  /// Runs what is queued, and what that queues, for a bounded number of rounds, and until the loop's clock shows
  /// `end`; a few jobs at least.
  func runQueue(until end: Int64) {
    runUrgent()
    var rounds = 0
    while !queue.isEmpty, rounds < Self.roundsWithoutPolling {
      rounds += 1
      runUrgent()
      swap(&queue, &spare)
      var work: [LoopWork] = []
      swap(&work, &spare)
      var done = 0
      for item in work {
        run(item)
        done += 1
        // A read comes to a request at most, a job to a batch of new connections.
        if case .readable = item, done % Self.itemsBetweenClocks != 0 { continue }
        runUrgent()
        if clock() >= end { break }
      }
      if done < work.count {
        // What is left goes before what has been queued meanwhile.
        work.removeFirst(done)
        work.append(contentsOf: queue)
        swap(&work, &queue)
        return
      }
      work.removeAll(keepingCapacity: work.count <= 1024)
      swap(&work, &spare)
    }
  }

  /// Runs the timers that are due, a few at least, until the loop's clock shows `end`: thousands of connections may have
  /// the same deadline.
  private func runTimers(until end: Int64) {
    var done = 0
    while let entry = timers.popDue(at: time) {
      entry.action()
      done += 1
      if done % Self.itemsBetweenClocks == 0, clock() >= end { return }
    }
  }

  private func runUrgent() {
    while !urgent.isEmpty {
      var work: [LoopWork] = []
      swap(&work, &urgent)
      for item in work { run(item) }
    }
  }

  private func run(_ item: LoopWork) {
    switch item {
    case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
    case .actorJob(let job):
      job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    case .action(let action): action()
    case .readable(let descriptor): descriptor.read()
    }
  }

  /// Moves what other threads have submitted into the queue.
  func takeSubmitted(drainingPipe: Bool) {
    if drainingPipe {
      withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
        while systemRead(wakeEnds.read, into: buffer) == buffer.count {}
      }
    }
    lock.withLock {
      isWakeSignalled = false
      queue.append(contentsOf: submitted)
      submitted.removeAll(keepingCapacity: submitted.count <= 1024)
    }
  }

  /// Hands work to the loop from another thread.
  func submit(_ work: LoopWork) {
    let runHere = lock.withLock { () -> Bool in
      submitted.append(work)
      if stage == .stopped { return !startDrainer() }
      if !isWakeSignalled {
        isWakeSignalled = true
        systemWriteByte(wakeEnds.write)
      }
      return false
    }
    // The last resort, when the system has no thread left: this one.
    if runHere { beCurrent { drainAfterStop() } }
  }

  /// Runs `action` on the loop, as `execute` does, and by the calling thread before this returns where the loop
  /// has stopped: for what ends something, which is to begin no thread. One begins all the same for tasks that the
  /// action lets go on.
  package func executeBeginningNoThread(_ action: @escaping @Sendable () -> Void) {
    if isCurrent { return execute(action) }
    let runHere = lock.withLock { () -> Bool in
      if stage == .stopped, !isDrainerRunning {
        isDrainerRunning = true
        return true
      }
      submitted.append(.action(action))
      if stage != .stopped, !isWakeSignalled {
        isWakeSignalled = true
        systemWriteByte(wakeEnds.write)
      }
      return false
    }
    guard runHere else { return }
    beCurrent(action)
    let isStranded = lock.withLock { () -> Bool in
      isDrainerRunning = false
      let isDone = queue.isEmpty && urgent.isEmpty && submitted.isEmpty
      return !isDone && !startDrainer()
    }
    if isStranded { beCurrent { drainAfterStop() } }
  }

  /// Starts the thread that runs what comes after the loop's end; false when there is none to be had.
  private func startDrainer() -> Bool {
    guard !isDrainerRunning else { return true }
    isDrainerRunning = true
    do throws(SystemError) {
      try startThread { $0.drainAfterStop() }
    } catch {
      return false
    }
    thread?.detach()
    return true
  }

  private func drainAfterStop() {
    while true {
      let isDone = lock.withLock { () -> Bool in
        queue.append(contentsOf: submitted)
        submitted.removeAll()
        let isDone = queue.isEmpty && urgent.isEmpty
        if isDone { isDrainerRunning = false }
        return isDone
      }
      if isDone { return }
      runQueue(until: .max)
    }
  }
}

// MARK: - Stopping

extension EventLoop {
  /// Stops the thread, ends every wait on a descriptor, closes what the loop holds, and returns when
  /// the thread has ended. Called on the loop itself it returns at once and the thread ends after.
  /// The second and every later call does nothing.
  package func shutdown() {
    let joining = lock.withLock { () -> SystemThread? in
      guard stage == .running else { return nil }
      stage = .stopping
      isStopping.store(true, ordering: .releasing)
      isWakeSignalled = true
      systemWriteByte(wakeEnds.write)
      return thread
    }
    guard let joining else { return }
    if isCurrent { joining.detach() } else { joining.join() }
  }

  /// Whether `shutdown()` has been called.
  var isShutDown: Bool { lock.withLock { stage != .running } }

  private func finish() {
    isFinishing = true
    pollSet.closeAll()
    timers.removeAll()
    endTurns()
    while true {
      takeSubmitted(drainingPipe: false)
      runQueue(until: .max)
      let isDone = lock.withLock { () -> Bool in
        guard queue.isEmpty, urgent.isEmpty, submitted.isEmpty else { return false }
        stage = .stopped
        return true
      }
      if isDone { break }
    }
    closeWakeEnds()
  }

  func closeWakeEnds() {
    lock.withLock {
      if wakeEnds.read >= 0 { systemClose(wakeEnds.read) }
      if wakeEnds.write >= 0 { systemClose(wakeEnds.write) }
      wakeEnds = (-1, -1)
    }
  }
}

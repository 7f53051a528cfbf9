// How does a test run something on real threads?

import ObservabilityPlatform

/// Runs `body` on so many threads at once and waits for them all. Threads, not tasks: what is tested is meant for
/// threads, and a pool of two would hide it.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { index in started("test \(index)") { body(index) } }
  for thread in threads { thread.join() }
}

/// Runs `body` on a thread that belongs to nobody and waits for it without occupying a thread of the pool.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    started("test") { continuation.resume(returning: body()) }.detach()
  }
}

/// What `body` returns where `execute` runs it. Blocks the caller for that long.
package func answer<Result: Sendable>(
  by execute: (@escaping @Sendable () -> Void) -> Void, _ body: @escaping @Sendable () -> Result
) -> Result {
  let result = Locked<Result?>(nil)
  execute {
    let value = body()
    result.withLock { $0 = value }
  }
  while true {
    if let value = result.withLock({ $0 }) { return value }
    usleep(200)
  }
}

/// Runs `body` on the pool and blocks the calling thread, which must be none of the pool's, for as long as that takes.
package func waiting<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) -> Result {
  let result = Locked<Result?>(nil)
  Task.detached {
    let value = await body()
    result.withLock { $0 = value }
  }
  while true {
    if let value = result.withLock({ $0 }) { return value }
    usleep(100)
  }
}

/// Blocks more tasks than the pool has threads, so that none is left for what comes after them, until the flag is set.
/// The calling thread must be none of the pool's.
package func blockPool() -> Flag {
  let (isBlocked, isOver) = (Flag(), Flag())
  for _ in 0..<(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 2) {
    Task.detached {
      isBlocked.set()
      isOver.waitBlocking()
    }
  }
  isBlocked.waitBlocking()
  return isOver
}

private func started(_ name: String, _ body: @escaping @Sendable () -> Void) -> SystemThread {
  do { return try .start(name: name, body) } catch { preconditionFailure("no thread for a test: \(error)") }
}

// How does a test wait for something that another task or thread will do?

import ObservabilityPlatform

/// How long a test waits for what has to happen. Only a defect needs it: on a slow machine, among tests that hold
/// the threads of the pool, what takes a moment elsewhere may take a minute.
package let patience = Duration.seconds(1200)

/// Lets other tasks run until `condition` holds; false when it does not within ``patience``. No thread is blocked
/// meanwhile, so what is waited for may need the last one of the pool.
package func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
  let end = ContinuousClock.now + patience
  var turns = 0
  while ContinuousClock.now < end, !Task.isCancelled {
    if await condition() { return true }
    turns += 1
    if turns < 1000 { await Task.yield() } else { try? await Task.sleep(for: .milliseconds(1)) }
  }
  return await condition()
}

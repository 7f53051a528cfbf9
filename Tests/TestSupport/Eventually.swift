// How does a test wait for something that another task or thread will do?

import ObservabilityPlatform

/// Lets other tasks run until `condition` holds. Gives up after a number of turns that only a defect needs.
package func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
  for turn in 0..<20_000 {
    if condition() { return true }
    if turn < 1000 { await Task.yield() } else { usleep(500) }
  }
  return condition()
}

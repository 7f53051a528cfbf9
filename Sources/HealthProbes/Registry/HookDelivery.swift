// On which thread are observers' hooks called?

import ObservabilityPlatform

/// How a registry calls its observers' hooks.
struct HookDelivery: Sendable {
  /// The most calls that wait.
  static let limit = 1024

  private let threads: BlockingThreads?

  /// One after the other on threads made for it, so that a hook that blocks holds up no probe.
  static func onThread() -> HookDelivery {
    // One thread: with more, the order would be lost.
    HookDelivery(threads: BlockingThreads(limit: 1, queueLimit: limit))
  }

  /// At once, on whichever thread caused them: for tests.
  static let inline = HookDelivery(threads: nil)

  /// Returns whether `calls` will be made.
  func deliver(_ calls: @escaping @Sendable () -> Void) -> Bool {
    guard let threads else {
      calls()
      return true
    }
    return (try? threads.submit(calls)) != nil
  }
}

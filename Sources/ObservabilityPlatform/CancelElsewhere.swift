// On which thread does a host hear that its task has been cancelled?

private let threads = BlockingThreads(limit: 64, shareLimit: 4, queueLimit: 4096)

extension Task where Success == Void, Failure == Never {
  /// Cancels a task that runs a host's code, and returns without waiting for what the host does then: its
  /// cancellation handlers run on the thread that cancels, which must not be an event loop's.
  ///
  /// - Parameter owner: whose code it is. Handlers of one that hang leave threads to those of others.
  package func cancelElsewhere(of owner: String = "") {
    guard !isCancelled else { return }
    if (try? threads.submit(key: owner) { cancel() }) == nil { Task.detached { cancel() } }
  }
}

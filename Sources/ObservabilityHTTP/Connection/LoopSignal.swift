// How does a task on the loop wait for something that happens on the loop?

import ObservabilitySockets

/// A wait that another part of the loop ends, or a time does. Confined to its loop; one waiter.
final class LoopSignal {
  private var waiter: UnsafeContinuation<Void, Never>?
  private var timer: LoopTimer?

  /// Waits for `signal()`, at most as long as said.
  func wait(on loop: EventLoop, atMost limit: Duration) async {
    await withUnsafeContinuation { continuation in
      signal()
      waiter = continuation
      timer = loop.schedule(after: limit) { [weak loop] in
        guard loop != nil else { return }
        self.signal()
      }
    }
  }

  /// Ends the wait, if there is one.
  func signal() {
    timer?.cancel()
    timer = nil
    guard let waiter else { return }
    self.waiter = nil
    waiter.resume()
  }
}

extension LoopSignal: @unchecked Sendable {}

// How does a task on the loop wait for something that happens on the loop?

import ObservabilitySockets

/// A wait that another part of the loop ends, or a time does. Confined to its loop; one waiter.
final class LoopSignal {
  /// Whether who has waited goes on before all others.
  private let isUrgent: Bool
  private weak var loop: EventLoop?
  private var waiter: UnsafeContinuation<Void, Never>?
  private var timer: LoopTimer?

  init(isUrgent: Bool = false) { self.isUrgent = isUrgent }

  /// Waits for `signal()`, at most as long as said.
  func wait(on loop: EventLoop, atMost limit: Duration) async {
    await withUnsafeContinuation { continuation in
      signal()
      self.loop = loop
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
    if isUrgent, let loop { loop.urgently { waiter.resume() } } else { waiter.resume() }
  }
}

extension LoopSignal: @unchecked Sendable {}

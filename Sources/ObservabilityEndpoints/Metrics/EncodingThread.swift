// Where are expositions encoded?

import MetricExposition
import ObservabilityPlatform

/// The thread that gathers and encodes for all scrapes of a server, and its output buffer.
///
/// It is neither the loop, which has probes to answer, nor the cooperative pool, which may be stuck: that is when the
/// metrics are wanted most. Scrapes never use more than one processor, and leave the others to the host.
final class EncodingThread: @unchecked Sendable {
  private let thread = WorkerThread(name: "metrics encoding")
  private let timer: any OneShotTimer
  // Touched on the thread only. The memory is kept from one scrape to the next.
  private var buffer = OutputBuffer(capacity: 128 << 10)

  init(timer: any OneShotTimer) { self.timer = timer }

  deinit { stop() }

  /// Ends the thread as soon as it has nothing to do, which it does by itself a little later.
  func stop() { thread.stop() }

  /// Runs `work` on the thread, in its turn, and waits for nothing; here when the system gives no thread.
  func submit(_ work: @escaping @Sendable () -> Void) {
    do { try thread.submit(work) } catch { work() }
  }

  /// Runs `work` on the thread, in its turn; nil when that did not come within the limit, or the caller is cancelled.
  func run<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable (inout OutputBuffer) -> Value
  ) async -> Value? {
    let outcome = await outcome(of: { [self] in work(&buffer) }, on: thread, within: limit, timer: timer)
    guard case .finished(let value) = outcome else { return nil }
    return value
  }
}

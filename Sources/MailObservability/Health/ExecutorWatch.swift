// Who watches the Swift executor when the host serves the endpoints itself?

import HealthProbes
import ObservabilityPlatform
import ObservabilitySockets

/// A thread of its own that watches the cooperative pool and runs the health checks in the background.
///
/// It ends with ``end()``, or when the last reference goes away.
public final class ExecutorWatch: Sendable {
  private let loop: EventLoop
  private let onEnd: @Sendable () -> Void

  init(on loop: EventLoop, onEnd: @escaping @Sendable () -> Void) {
    self.loop = loop
    self.onEnd = onEnd
  }

  deinit { end() }

  /// Ends the watching: liveness asks for the executor no longer, and the thread is gone. Further calls do nothing.
  public func end() {
    onEnd()
    loop.shutdown()
  }
}

extension MetricsCollector {
  /// Watches the executor without a server: what ``startHTTPServer(_:)`` does by itself, for hosts that mount
  /// ``endpoints(_:)`` in a server of their own.
  ///
  /// While it lasts, a liveness check named `executor` fails when the cooperative pool has run no task for the
  /// threshold, `executor_delay_seconds` has its delays, health checks run in the background, and scrapes wait for
  /// nothing that needs a stuck pool.
  ///
  /// ```swift
  /// let watch = try metrics.watchExecutor()
  /// defer { watch.end() }
  /// let endpoints = try metrics.endpoints(config)
  /// ```
  ///
  /// - Parameters:
  ///   - threshold: as ``MetricsConfig/executorThreshold``.
  ///   - log: hears of checks that change, as ``MetricsConfig/log`` does.
  /// - Throws: ``MetricsConfigError`` when the threshold is shorter than 10 milliseconds, or the system gives no thread.
  public func watchExecutor(
    threshold: Duration = .seconds(30), log: @escaping @Sendable (LogMessage) -> Void = { _ in }
  ) throws(MetricsConfigError) -> ExecutorWatch {
    let threshold = try MetricsConfig.wait(threshold, "threshold")
    let loop: EventLoop
    do {
      loop = try EventLoop(name: "executor watch")
    } catch {
      throw .failed(setting: "threshold", value: "\(threshold)", "cannot be watched", error)
    }
    let delivery = LogDelivery(to: log, timer: loop)
    let lease = health.makeLease()
    let (driver, own) = (healthDriver, own)
    let problem = driver.begin(
      lease, isServer: false, on: loop, threshold: threshold, log: delivery,
      onDelay: { own.executorDelay.observeWithoutExemplar($0) })
    // By the task that begins, whose own closure it is.
    if let problem { log(LogMessage(.warning, problem)) }
    return ExecutorWatch(on: loop) {
      driver.end(lease)
      delivery.end()
    }
  }
}

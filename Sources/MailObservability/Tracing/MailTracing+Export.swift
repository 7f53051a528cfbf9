// How do spans leave the process, and in which order does that end?

import ObservabilityPlatform
import OTLPExport
import Synchronization

extension MailTracing {
  /// Sends the spans that have ended by now to the collector, without waiting for more.
  ///
  /// - Parameter limit: the longest wait; what has not left by then leaves later.
  /// - Returns: whether the collector has all of them. True where nothing is exported, and after the end, when
  ///   nothing is left to be sent.
  @discardableResult
  public func flush(within limit: Duration = .seconds(5)) async -> Bool {
    guard let export = export.current else { return true }
    return await export.flush(within: limit.clamped)
  }

  /// Has the spans that have ended by now sent, without waiting for that. Nothing where nothing is exported.
  package func beginFlush() { export.current?.sendRest() }

  /// Ends tracing: starts no further spans, sends those that have ended to the collector, and drops what is
  /// left at the end of `limit`, which `observability_spans_total{outcome="dropped_shutdown"}` counts.
  ///
  /// Call it when the host's servers have ended: spans that end later are dropped. It returns within the
  /// limit (a tenth of a second later where one of ``TracingConfig/transports`` does not close its connection at once),
  /// whatever the collector does, and is not ended by a cancellation of the caller; the thread and the
  /// descriptors of the export end with it. A later call waits for the same end. Tracing does not start
  /// again.
  ///
  /// - Parameter limit: the time for the collector; zero and less give it none.
  public func shutdown(within limit: Duration = .seconds(5)) async {
    // From here on it does not start, so there is no export but the one that is there now.
    ending.begin()
    tracer.stop()
    await export.current?.shutdown(within: limit.clamped)
    ending.end()
  }

  /// Waits until tracing is ended by ``shutdown(within:)``; ends it when the waiting task is cancelled.
  /// Without an exporter, and before the start, it waits as well.
  ///
  /// For a `ServiceGroup` of swift-service-lifecycle <doc:GroupsOfServices> has a service. By hand it is
  /// `cancelWhenGracefulShutdown { await metrics.tracing.run() }`, listed before the services that are traced, so that it
  /// ends after them.
  ///
  /// - Parameter limit: as of ``shutdown(within:)``.
  public func run(shutdownWithin limit: Duration = .seconds(5)) async {
    await ending.wait()
    await shutdown(within: limit)
  }
}

/// An end that tasks wait for, until they are cancelled.
final class TracingEnd: Sendable {
  private struct State {
    var hasBegun = false
    var isOver = false
    var lastID = 0
    var waiters: [Int: AsyncStream<Never>.Continuation] = [:]
  }

  private let state = Locked(State())

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// What `body` returns; false, without calling it, once the end has begun. It does not begin meanwhile.
  func unlessBegun(_ body: () -> Bool) -> Bool { state.withLock { !$0.hasBegun && body() } }

  func begin() { state.withLock { $0.hasBegun = true } }

  func wait() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    let id = state.withLock { state -> Int? in
      guard !state.isOver else { return nil }
      state.lastID += 1
      state.waiters[state.lastID] = continuation
      return state.lastID
    }
    guard let id else { return }
    for await _ in stream {}
    state.withLock { _ = $0.waiters.removeValue(forKey: id) }
  }

  func end() {
    let waiters = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.finish() }
  }
}

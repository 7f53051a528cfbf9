// How is a server started, asked, and ended?

import EndpointMessages
package import ObservabilitySockets

/// Why a server could not be bound: the failure, and the place of the listener that it came of.
package struct BindFailure: Error, Sendable {
  package let place: Int
  package let error: SocketError
}

/// An HTTP/1.1 server on an event-loop thread of its own.
///
/// The loop is the actor's executor and its connections' too, so that no request passes through the
/// cooperative pool: a probe is answered while the host has that pool blocked.
package actor HTTPServer {
  nonisolated let core: ServerCore
  private let ownsLoop: Bool
  private var isRunning = false

  /// The loop's thread is this actor's only one.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { core.loop.asUnownedSerialExecutor() }

  /// A server that is not listening yet.
  ///
  /// - Parameters:
  ///   - loop: the loop to run on, `nil` for one of its own, which ends with the server.
  ///   - handler: answers the requests. It is called on the loop.
  /// - Throws: `SocketError` when the system gives no thread.
  package init(
    configuration: HTTPServerConfiguration, observer: (any HTTPServerObserver)? = nil,
    loop: EventLoop? = nil, handler: @escaping HTTPHandler
  ) throws(SocketError) {
    ownsLoop = loop == nil
    let eventLoop = if let loop { loop } else { try EventLoop(name: configuration.threadName) }
    core = ServerCore(configuration: configuration, loop: eventLoop, observer: observer, handler: handler)
  }

  deinit {
    let (core, ownsLoop) = (core, ownsLoop)
    core.loop.execute {
      for connection in core.all { connection.end() }
      core.stopAccepting()
      if ownsLoop { core.loop.shutdown() }
    }
  }

  /// Binds the addresses and listens; connections wait for `run()`.
  ///
  /// - Returns: the first address, with the port that the system chose where 0 was asked for.
  /// - Throws: `SocketError` that names the address and the reason. Nothing is bound then.
  @discardableResult
  package func bind() throws(SocketError) -> SocketAddress {
    do throws(BindFailure) {
      guard let first = try bindAll().first else {
        throw BindFailure(place: 0, error: SocketError(.invalidAddress, "there is no listener"))
      }
      return first
    } catch {
      throw error.error
    }
  }

  /// The same; returns every address, in the order of the configuration.
  package func bindAll() throws(BindFailure) -> [SocketAddress] {
    if core.doors.isEmpty {
      guard !core.hasEnded else {
        throw BindFailure(place: 0, error: SocketError(.closed, "binding: the server has been shut down"))
      }
      try core.openDoors()
    }
    return core.doors.map(\.listener.boundAddress)
  }

  /// Serves until `shutdown` has drained the server. Cancelling the task begins a drain.
  ///
  /// - Parameter gracePeriod: what that drain leaves to requests that have begun.
  /// - Throws: `SocketError` when the address cannot be bound, or not again after the listener has died.
  package func run(gracePeriod: Duration = .seconds(10)) async throws(SocketError) {
    guard !core.hasEnded else { return }
    try bind()
    guard !core.doors.isEmpty, !isRunning else { return }
    isRunning = true
    let core = core
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for door in core.doors {
          group.addTask(executorPreference: core.loop) {
            do throws(SocketError) {
              try await core.serve(by: door)
            } catch {
              // Nobody can come there any more; who is here is served to the end.
              core.listenerFailure = error
              core.beginDrain(gracePeriod: gracePeriod, delay: .zero)
            }
          }
        }
        await drained()
      }
    } onCancel: {
      core.loop.execute { core.beginDrain(gracePeriod: gracePeriod, delay: .zero) }
    }
    if let failure = core.listenerFailure { throw failure }
  }

  /// Drains and ends the server; returns when that is done.
  ///
  /// From now on `isDraining` is true. For the length of `delay` everything is still served, so that load
  /// balancers can turn away; then idle connections are closed, and only probes are served, others get 503.
  /// Requests that had begun are finished. After `gracePeriod` more what is left is cut off. The listener
  /// closes last, so that no probe finds its connection refused.
  package func shutdown(gracePeriod: Duration, delay: Duration = .zero) async {
    core.beginDrain(gracePeriod: gracePeriod, delay: delay)
    await drained()
  }

  /// Waits until the server has drained. A method of the actor, because a nonisolated one would leave the
  /// loop, to which the drain is confined.
  private func drained() async {
    await withUnsafeContinuation { core.whenDrained($0) }
  }

  /// What the server has done so far. From any thread.
  package nonisolated var statistics: HTTPServerStatistics { core.counters.snapshot }

  /// Whether the server is ending. From any thread, at once.
  package nonisolated var isDraining: Bool { core.isDraining }

  /// The loop the server runs on, for timers and statistics.
  package nonisolated var loop: EventLoop { core.loop }
}

// How does a program ask an HTTP server that is not its own?

import ObservabilityPlatform
package import ObservabilitySockets

/// A client of one endpoint: HTTP/1.1, one request at a time, on a connection that is kept between them.
///
/// Everything runs on an event loop, nothing on the cooperative pool, and every wait has a deadline. May be used from any
/// task. It ends with `close()`, or when it is let go of; of a loop that was given to it, before or after that ends.
package final class HTTPRequester: Sendable {
  let core: RequesterCore

  /// A client that has no connection yet.
  ///
  /// - Parameters:
  ///   - loop: the loop to run on, nil for one of its own, which ends with the client.
  /// - Throws: `SocketError` when the endpoint is `https`, or the system gives no thread.
  package convenience init(
    to endpoint: ClientEndpoint, configuration: ClientConfiguration = ClientConfiguration(),
    loop: EventLoop? = nil
  ) throws(SocketError) {
    try self.init(
      to: endpoint, configuration: configuration, loop: loop, resolve: ClientEndpoint.systemResolver)
  }

  /// - Parameter resolve: the system's resolver, or what a test has in its place. May block.
  init(
    to endpoint: ClientEndpoint, configuration: ClientConfiguration, loop: EventLoop?,
    resolve: @escaping ClientEndpoint.Resolve
  ) throws(SocketError) {
    guard endpoint.scheme != .https else {
      throw SocketError(.invalidAddress, "https is not spoken here, only http and unix")
    }
    let eventLoop = if let loop { loop } else { try EventLoop(name: configuration.threadName) }
    core = RequesterCore(
      endpoint: endpoint, configuration: configuration, loop: eventLoop, ownsLoop: loop == nil,
      resolve: resolve)
  }

  deinit { close() }

  /// Sends a request and waits for its final answer, whatever its status.
  ///
  /// A request whose kept connection turns out to be gone is sent once more, on a fresh one, when no byte of an answer
  /// has come and either the server cannot have got all of it, or sending it twice does what once does (RFC 9110,
  /// section 9.2.2). A POST that was sent whole is not: `brokenBeforeAnswer` leaves that to the caller.
  ///
  /// - Parameter limit: the longest time for all of it; zero or less gives none.
  /// - Throws: `ClientError`. Whatever it is, nothing of the request is left behind.
  package func send(
    _ request: ClientRequest, within limit: Duration
  ) async throws(ClientError) -> ClientAnswer {
    let core = core
    return try await withTaskExecutorPreference(core.loop) { () async throws(ClientError) -> ClientAnswer in
      try await core.send(request, within: limit)
    }
  }

  /// Closes the connection and ends the request that is waiting (`closed`), as it does every later one. Returns at once;
  /// a loop of its own ends soon after. From any thread.
  package func close() {
    let core = core
    if core.loop.isCurrent { core.close() } else { core.loop.executeBeginningNoThread { core.close() } }
  }
}

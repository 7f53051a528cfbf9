// Which connection does a request go out on, and what becomes of it afterwards?

import EndpointMessages
import ObservabilityPlatform
import ObservabilitySockets

/// The state of a client. Confined to its loop.
final class RequesterCore: @unchecked Sendable {
  let endpoint: ClientEndpoint
  let configuration: ClientConfiguration
  let loop: EventLoop
  let resolve: ClientEndpoint.Resolve
  private let ownsLoop: Bool

  private(set) var isClosed = false
  private var isBusy = false
  /// The connection that no request needs at present.
  private var kept: Connection?
  private var idleTimer: LoopTimer?
  /// What the request at hand waits for: a socket, or the resolver.
  var socket: Descriptor?
  var endLookUp: (@Sendable () -> Void)?

  init(
    endpoint: ClientEndpoint, configuration: ClientConfiguration, loop: EventLoop, ownsLoop: Bool,
    resolve: @escaping ClientEndpoint.Resolve
  ) {
    self.endpoint = endpoint
    self.configuration = configuration
    self.loop = loop
    self.ownsLoop = ownsLoop
    self.resolve = resolve
  }

  /// Whether a connection is kept for the next request.
  var isConnected: Bool { kept != nil }

  func send(_ request: ClientRequest, within limit: Duration) async throws(ClientError) -> ClientAnswer {
    guard !isClosed else { throw .closed }
    guard !isBusy else { throw .busy }
    let due = loop.clock().clampedAdding(limit.clampedNanoseconds)
    let head = try request.head(host: endpoint.host)
    guard limit > .zero else { throw .timedOut(.connecting) }
    isBusy = true
    defer {
      isBusy = false
      socket = nil
    }
    while true {
      if Task.isCancelled { throw .cancelled }
      let reused = takeKept()
      let connection: Connection
      if let reused { connection = reused } else { connection = try await connect(until: due) }
      socket = connection.descriptor
      let outgoing = OutgoingRequest(head: head, body: request.body)
      do throws(ExchangeFailure) {
        let exchanged = try await exchange(outgoing, isHead: request.isHead, on: connection, until: due)
        // A server that has waited in vain says so at its end, and such a word may cross with the next request
        // (RFC 9110, section 15.5.9).
        if exchanged.answer.status == 408, !exchanged.mayKeep, reused != nil {
          connection.close()
          continue
        }
        if exchanged.mayKeep { keep(connection) } else { leave(connection.descriptor) }
        return answer(exchanged.answer)
      } catch {
        connection.descriptor.reset()
        guard reused != nil, case .brokenBeforeAnswer = error.error,
          error.isUnprocessed || request.isIdempotent
        else { throw error.error }
      }
    }
  }

  private func answer(_ parsed: ParsedAnswer) -> ClientAnswer {
    let now = WallClock.wholeSeconds
    let retryAfter = parsed.fields.all("Retry-After").lazy.compactMap {
      RetryAfter.parse($0, now: now, longest: self.configuration.longestRetryAfter)
    }.first
    return ClientAnswer(
      status: parsed.status, fields: parsed.fields, body: parsed.body, isBodyCut: parsed.isBodyCut,
      retryAfter: retryAfter)
  }

  // MARK: The kept connection

  /// The kept connection, when it is still as it was left. What has come on it meanwhile belongs to no request.
  private func takeKept() -> Connection? {
    guard let connection = kept else { return nil }
    let descriptor = connection.descriptor
    letGo()
    descriptor.watchPeer(false)
    var byte: UInt8 = 0
    if descriptor.isOpen,
      case .wouldBlock = withUnsafeMutableBytes(of: &byte, { descriptor.receive(into: $0) })
    {
      return connection
    }
    connection.close()
    return nil
  }

  private func keep(_ connection: Connection) {
    guard !isClosed, configuration.deadlines.idle > .zero else { return connection.close() }
    kept = connection
    let close: @Sendable () -> Void = { [weak self, weak connection] in
      // It may have been taken for a request meanwhile.
      guard let self, let connection, kept === connection else { return }
      letGo()
      connection.close()
    }
    connection.descriptor.onPeerLeaving = { _ in close() }
    connection.descriptor.watchPeer(true)
    idleTimer = loop.schedule(after: configuration.deadlines.idle, close)
  }

  /// Closes a connection whose answer has come. What the server has not taken of the request is of no use any more, and
  /// the system would go on offering it.
  private func leave(_ descriptor: Descriptor) {
    if descriptor.unacknowledged > 0 { descriptor.reset() } else { descriptor.close() }
  }

  private func letGo() {
    kept = nil
    idleTimer?.cancel()
    idleTimer = nil
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    kept?.close()
    letGo()
    socket?.close()
    endLookUp?()
    if ownsLoop { loop.shutdown() }
  }
}

// How much of a collector's answer is read?

#if OTLPTLS
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform

  /// Reads an answer up to the longest that there may be, on an event loop, and gives it to who waits, once.
  final class AnswerReader: HTTPClientResponseDelegate {
    typealias Response = Void

    /// The rest of the answer is not wanted.
    private struct Enough: Error {}

    private struct State {
      var head: HTTPResponseHead?
      var body: [UInt8] = []
      var isCut = false
      var continuation: CheckedContinuation<ExportResponse, any Error>?
    }

    private let state: Locked<State>

    init(_ continuation: CheckedContinuation<ExportResponse, any Error>) {
      state = Locked(State(continuation: continuation))
    }

    func didReceiveHead(
      task: HTTPClient.Task<Void>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
      state.withLock { $0.head = head }
      return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
      task: HTTPClient.Task<Void>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
      let isCut = state.withLock { state in
        let room = OTLPHTTPExporter.longestAnswer - state.body.count
        state.body.append(contentsOf: buffer.readableBytesView.prefix(room))
        state.isCut = buffer.readableBytes > room
        return state.isCut
      }
      return isCut ? task.eventLoop.makeFailedFuture(Enough()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws { finish(nil) }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { finish(error) }

    /// Whether an answer is over that ends with its connection, of which a peer has not said over TLS that it ends. Many do
    /// not; the status was there, and asking again would double the spans.
    private static func isEnd(_ error: any Error, of head: HTTPResponseHead) -> Bool {
      guard case NIOSSLError.uncleanShutdown = error else { return false }
      return !head.headers.contains(name: "Content-Length")
        && !head.headers.contains(name: "Transfer-Encoding")
    }

    /// Gives what there is, or why there is nothing, to who waits. Does nothing the second time.
    func finish(_ error: (any Error)?) {
      let (state, continuation) = state.withLock { state in
        defer { state.continuation = nil }
        return (state, state.continuation)
      }
      guard let continuation else { return }
      guard let head = state.head, state.isCut || error.map({ Self.isEnd($0, of: head) }) ?? true else {
        return continuation.resume(throwing: error ?? HTTPClientError.remoteConnectionClosed)
      }
      let now = WallClock.wholeSeconds
      let longest = ClientConfiguration().longestRetryAfter
      let retryAfter = head.headers["Retry-After"].lazy.compactMap {
        RetryAfter.parse($0, now: now, longest: longest)
      }.first
      continuation.resume(
        returning: ExportResponse(
          status: Int(head.status.code), contentType: head.headers.first(name: "Content-Type"),
          retryAfter: retryAfter, body: state.body, isBodyCut: state.isCut))
    }
  }
#endif

// How does a command ask a server, where no task can be awaited?

import ObservabilityPlatform
import ObservabilitySockets

extension HTTPRequester {
  /// Sends one request and blocks the calling thread until its answer or the deadline has come. Needs no
  /// thread of the cooperative pool, and leaves nothing behind but a resolver that hangs.
  ///
  /// - Throws: `SocketError` when the endpoint is `https` or the system gives no thread, and `ClientError`.
  package static func answer(
    to request: ClientRequest, at endpoint: ClientEndpoint, limits: AnswerLimits, within deadline: Duration,
    threadName: String
  ) throws -> ClientAnswer {
    var configuration = ClientConfiguration()
    (configuration.deadlines.connect, configuration.deadlines.write) = (deadline, deadline)
    (configuration.deadlines.answer, configuration.deadlines.idle) = (deadline, .zero)
    configuration.limits = limits
    let loop = try EventLoop(name: threadName)
    // Returns when the thread has ended.
    defer { loop.shutdown() }
    let requester = try HTTPRequester(to: endpoint, configuration: configuration, loop: loop)
    let answer = Signalled<Result<ClientAnswer, ClientError>?>(nil)
    Task.detached(executorPreference: loop) {
      let result: Result<ClientAnswer, ClientError>
      do throws(ClientError) {
        result = .success(try await requester.send(request, within: deadline))
      } catch {
        result = .failure(error)
      }
      answer.withLock { $0 = result }
      answer.signal()
    }
    // Longer than the request's own deadline, which says more.
    let found = answer.withLock(waitingAtMost: deadline + .seconds(1), while: { $0 == nil }) { $0 }
    requester.close()
    guard let found else { throw ClientError.timedOut(.answering) }
    return try found.get()
  }
}

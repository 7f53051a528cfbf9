// How does a test run a client against a server that follows a script?

import ObservabilitySockets
import TestSupport
import Testing

@testable import ObservabilityHTTP

extension ClientDeadlines {
  /// Deadlines that no machine is slow enough to reach. A test of one of them sets that one, and moves the clock.
  static var never: ClientDeadlines {
    var deadlines = ClientDeadlines()
    let never = Duration.seconds(1_000_000_000)
    (deadlines.connect, deadlines.write, deadlines.answer, deadlines.idle) = (never, never, never, never)
    return deadlines
  }
}

/// What comes of a request.
typealias SendResult = Result<ClientAnswer, ClientError>

struct TestRequester {
  static let never = Duration.seconds(1_000_000_000)

  let server: ScriptedServer
  let requester: HTTPRequester

  var loop: EventLoop { requester.core.loop }

  func send(_ request: ClientRequest, within limit: Duration = never) async -> SendResult {
    await Self.send(request, by: requester, within: limit)
  }

  static func send(
    _ request: ClientRequest, by requester: HTTPRequester, within limit: Duration = never
  ) async -> SendResult {
    do throws(ClientError) { return .success(try await requester.send(request, within: limit)) } catch {
      return .failure(error)
    }
  }

  func get(_ path: String = "/") async -> SendResult { await send(ClientRequest(method: "GET", path: path)) }

  func post(_ body: [UInt8] = Array("body".utf8)) async -> SendResult {
    await send(ClientRequest(method: "POST", path: "/v1/traces", body: body))
  }

  /// Asks the client on its loop.
  func onLoop<Value: Sendable>(_ question: @escaping @Sendable (RequesterCore) -> Value) async -> Value {
    let core = requester.core
    return await withCheckedContinuation { continuation in
      core.loop.execute { continuation.resume(returning: question(core)) }
    }
  }
}

/// Runs a client, without deadlines but those that `configure` sets, of a server with these scripts. Afterwards no socket
/// of the client is left.
func withRequester(
  _ scripts: [ScriptedServer.Script], backlog: Int32 = 16, loop: EventLoop? = nil,
  _ configure: (inout ClientConfiguration) -> Void = { _ in },
  _ body: (TestRequester) async throws -> Void
) async throws {
  let server = ScriptedServer(backlog: backlog, scripts)
  var configuration = ClientConfiguration()
  configuration.deadlines = .never
  configure(&configuration)
  let requester = try HTTPRequester(
    to: try ClientEndpoint("http://127.0.0.1:\(server.port)"), configuration: configuration, loop: loop)
  let outcome: Result<Void, any Error>
  do {
    outcome = .success(try await body(TestRequester(server: server, requester: requester)))
  } catch {
    outcome = .failure(error)
  }
  requester.close()
  #expect(await eventually { server.clients == 0 }, "a socket of the client is left")
  await onThread { server.stop() }
  try outcome.get()
}

extension SendResult {
  var status: Int? { if case .success(let answer) = self { answer.status } else { nil } }
  var body: String? {
    if case .success(let answer) = self { String(decoding: answer.body, as: UTF8.self) } else { nil }
  }
  var error: ClientError? { if case .failure(let error) = self { error } else { nil } }
}

extension ScriptedPeer {
  /// Answers each request with what it says, until the client closes.
  func answerAll(_ answer: String) {
    while readRequest() != nil { send(answer) }
  }
}

// What does a client make of servers that do as they should not, and what is left of it?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilityHTTP
@testable import ObservabilitySockets

private let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
/// More than the buffers of a connection hold.
private let large = [UInt8](repeating: 7, count: 32 << 20)

/// Something that a test can start and end without knowing how it ends.
private final class Sending: Sendable {
  let task: Task<SendResult, Never>
  private let isOver = Flag()

  init(_ client: TestRequester, _ request: ClientRequest, within limit: Duration = TestRequester.never) {
    let isOver = isOver
    task = Task {
      let result = await client.send(request, within: limit)
      isOver.set()
      return result
    }
  }

  /// Lets the clock move on until the request has ended.
  func advancing(_ loop: EventLoop, by step: Duration = .seconds(600)) async -> SendResult {
    _ = await eventually {
      loop.advanceClock(by: step)
      return self.isOver.isSet
    }
    return await task.value
  }
}

/// A way to be kept waiting, the phase in which one then is, and when a client that sends `body` is there.
private struct Stall: Sendable, CustomStringConvertible {
  let phase: ClientError.Phase
  let scripts: [ScriptedServer.Script]
  var body: [UInt8] = Array("body".utf8)
  var description: String { phase.rawValue }

  static let all = [
    Stall(phase: .connecting, scripts: []),
    Stall(phase: .writing, scripts: [{ $0.hold() }], body: large),
    Stall(phase: .answering, scripts: [{ $0.waitForEnd() }]),
  ]
}

extension ScriptedPeer {
  /// Reads nothing until it is stopped, but a byte now and then would end the wait.
  fileprivate func hold() { while !isStopped { usleep(1000) } }
}

@Suite("A client and its hostile servers", .timeLimit(.minutes(30)))
struct RequesterFailureTests {
  /// Runs a client that is kept waiting as a row says.
  private func stalled(
    _ stall: Stall, _ configure: (inout ClientConfiguration) -> Void = { _ in },
    _ body: (TestRequester, Sending) async throws -> Void
  ) async throws {
    try await withRequester(stall.scripts, backlog: stall.phase == .connecting ? 0 : 16, configure) {
      client in
      // So many that wait to be accepted that the system drops what would begin another.
      let crowd = stall.phase == .connecting ? Crowd(port: client.server.port) : nil
      defer { crowd?.leave() }
      let sending = Sending(client, ClientRequest(method: "POST", path: "/", body: stall.body))
      let isThere = await eventually { await client.onLoop { $0.socket != nil && $0.loop.pollSet.count > 0 } }
      try #require(isThere)
      try await body(client, sending)
      #expect(await client.onLoop { $0.loop.pollSet.count == 0 }, "a descriptor is still watched")
    }
  }

  @Test("A deadline ends each phase", arguments: Stall.all)
  private func deadline(stall: Stall) async throws {
    try await stalled(
      stall,
      {
        switch stall.phase {
        case .resolving, .connecting: $0.deadlines.connect = .seconds(3600)
        case .writing: $0.deadlines.write = .seconds(3600)
        case .answering: $0.deadlines.answer = .seconds(3600)
        }
      },
      { client, sending in
        #expect(await sending.advancing(client.loop).error == .timedOut(stall.phase))
      })
  }

  @Test("The time of the request ends each phase", arguments: Stall.all)
  private func overall(stall: Stall) async throws {
    try await withRequester(stall.scripts, backlog: stall.phase == .connecting ? 0 : 16) { client in
      let crowd = stall.phase == .connecting ? Crowd(port: client.server.port) : nil
      defer { crowd?.leave() }
      let sending = Sending(
        client, ClientRequest(method: "POST", path: "/", body: stall.body), within: .seconds(3600))
      let isThere = await eventually { await client.onLoop { $0.socket != nil } }
      try #require(isThere)
      let error = await sending.advancing(client.loop).error
      // The clock may have been moved before the phase began.
      guard case .timedOut = error else { throw TestFailure("\(error as Any)") }
    }
  }

  @Test("Cancelling the task ends each phase", arguments: Stall.all)
  private func cancelling(stall: Stall) async throws {
    try await stalled(stall) { _, sending in
      sending.task.cancel()
      #expect(await sending.task.value.error == .cancelled)
    }
  }

  @Test("Closing the client ends each phase", arguments: Stall.all)
  private func closing(stall: Stall) async throws {
    try await stalled(stall) { client, sending in
      client.requester.close()
      #expect(await sending.task.value.error == .closed)
      #expect(await client.get().error == .closed)
    }
  }

  @Test("A second request at the same time is refused, and does the first no harm")
  func busy() async throws {
    let gate = Flag()
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        gate.waitBlocking()
        peer.send(fine)
        peer.waitForEnd()
      }
    ]) { client in
      let sending = Sending(client, ClientRequest(method: "GET", path: "/"))
      let isThere = await eventually { await client.onLoop { $0.socket != nil } }
      try #require(isThere)
      #expect(await client.get().error == .busy)
      gate.set()
      #expect(await sending.task.value.status == 200)
    }
  }

  // MARK: - Broken connections

  @Test(
    "A connection that ends too early is told apart by whether a byte of the answer has come",
    arguments: [
      "", "H", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n", "HTTP/1.1 100 x\r\n\r\n",
    ], [false, true])
  func broken(text: String, isReset: Bool) async throws {
    let script: ScriptedServer.Script = { peer in
      _ = peer.readRequest()
      peer.send(text)
      if isReset { peer.resetAtEnd() }
    }
    try await withRequester([script]) { client in
      let error = await client.get().error
      switch error {
      case .brokenBeforeAnswer: #expect(text.isEmpty || isReset, "\(text)")
      case .brokenInAnswer: #expect(!text.isEmpty, "\(text)")
      default: Issue.record("\(error as Any)")
      }
      #expect(client.server.accepted == 1, "a fresh connection's request is not sent again")
    }
  }

  @Test(
    "An answer that comes before all of the request was read is taken",
    arguments: [true, false],
    ["Content-Length: 3\r\nConnection: close\r\n\r\n", "Content-Length: 3\r\n\r\n", "\r\n"])
  func early(closes: Bool, fields: String) async throws {
    let script: ScriptedServer.Script = { peer in
      _ = peer.read(upTo: 1000)
      peer.send("HTTP/1.1 413 Content Too Large\r\n\(fields)no!")
      if fields == "\r\n" { peer.shutdownWrite() }
      if !closes { peer.hold() }
    }
    try await withRequester([script, { $0.answerAll(fine) }]) { client in
      let result = await client.post(large)
      if closes, case .brokenInAnswer = result.error {
        // Only the end of the connection ends that body, and the end was a reset.
        #expect(fields == "\r\n")
      } else {
        #expect(result.status == 413 && result.body == "no!", "\(result)")
      }
      #expect(await client.onLoop { !$0.isConnected })
      #expect(await client.post().status == 200)
    }
  }

  @Test("A kept connection that was closed meanwhile costs nothing but a new one")
  func closedMeanwhile() async throws {
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        peer.send(fine)
      }, { $0.answerAll(fine) },
    ]) { client in
      #expect(await client.post().status == 200)
      #expect(await eventually { await client.onLoop { !$0.isConnected } }, "its end is noticed at once")
      #expect(await client.post().status == 200)
      #expect(client.server.accepted == 2)
    }
  }

  @Test(
    "What crosses with the end of a kept connection is sent again when it may be", arguments: ["GET", "POST"])
  func idleRace(method: String) async throws {
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        peer.send(fine)
        _ = peer.readRequest()
      }, { $0.answerAll(fine) },
    ]) { client in
      #expect(await client.post().status == 200)
      let result = await client.send(ClientRequest(method: method, path: "/"))
      if method == "GET" {
        #expect(result.status == 200)
      } else {
        guard case .brokenBeforeAnswer = result.error else { throw TestFailure("\(result)") }
      }
      #expect(client.server.accepted == (method == "GET" ? 2 : 1))
    }
  }

  @Test("A server that had waited in vain is asked again")
  func requestTimeout() async throws {
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        peer.send(fine)
        _ = peer.readRequest()
        peer.send("HTTP/1.1 408 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      }, { $0.answerAll("HTTP/1.1 408 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") },
    ]) { client in
      #expect(await client.post().status == 200)
      // The second 408 is the answer to a request on a fresh connection.
      #expect(await client.post().status == 408)
      #expect(client.server.accepted == 2)
    }
  }

  // MARK: - Answers that are too much

  @Test("A surplus answer is nobody's, whether it comes with the first or later", arguments: [false, true])
  func surplus(isLate: Bool) async throws {
    let (isAnswered, isSent) = (Flag(), Flag())
    let other = "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        if isLate {
          peer.send(fine)
          isAnswered.waitBlocking()
          peer.send(other)
        } else {
          peer.send(fine + other)
        }
        isSent.set()
        peer.waitForEnd()
      }, { $0.answerAll(fine) },
    ]) { client in
      #expect(await client.get().status == 200)
      #expect(await client.onLoop { $0.isConnected } == isLate)
      isAnswered.set()
      #expect(await eventually { isSent.isSet })
      #expect(await client.get().status == 200)
      #expect(client.server.accepted == 2)
    }
  }

  @Test(
    "An answer of five megabytes is cut where the limit is, and its connection dropped",
    arguments: ["Content-Length: 5242880\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n"])
  func largeAnswer(fields: String) async throws {
    let script: ScriptedServer.Script = { peer in
      _ = peer.readRequest()
      peer.send("HTTP/1.1 200 OK\r\n\(fields)")
      let isChunked = fields.hasPrefix("Transfer")
      for _ in 0..<80 {
        if isChunked { peer.send("10000\r\n") }
        guard peer.send([UInt8](repeating: 65, count: 65536)) else { return }
        if isChunked { peer.send("\r\n") }
      }
    }
    try await withRequester([script], { $0.limits.maximumBodySize = 1 << 20 }) { client in
      guard case .success(let answer) = await client.get() else { throw TestFailure("no answer") }
      #expect(answer.isBodyCut && answer.body.count == 1 << 20)
      #expect(await client.onLoop { !$0.isConnected })
    }
  }

  @Test(
    "What has no end is ended by a limit",
    arguments: [
      ("", "HTTP/1.1 100 x\r\n\r\n", AnswerFault.tooManyInterim),
      ("HTTP/1.1 200 OK\r\n", "X: y\r\n", .framing(.tooManyFields)),
      ("HTTP/1.1 200 OK\r\nX: ", "yyyyyyyy", .framing(.headersTooLarge)),
      ("HTTP/1.1 200 ", "yyyyyyyy", .framing(.headersTooLarge)),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", .framing(.tooManyFields)),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "yyyyyyyy", .framing(.malformedChunk)),
    ])
  func endless(start: String, more: String, fault: AnswerFault) async throws {
    try await withRequester([
      { peer in
        _ = peer.readRequest()
        peer.send(start)
        while peer.send(more) {}
      }
    ]) { client in
      #expect(await client.get().error == .malformedAnswer(fault))
    }
  }

  @Test("An answer that comes a byte at a time is an answer, and ends with its deadline when it is too long")
  func trickle() async throws {
    try await withRequester(
      [
        { peer in
          _ = peer.readRequest()
          for byte in fine.utf8 { peer.send([byte]) }
          _ = peer.readRequest()
          peer.send("HTTP/1.1 200 OK\r\n\r\n")
          while peer.send([65]) { usleep(100) }
        }
      ], { ($0.deadlines.answer, $0.limits.maximumBodySize) = (.seconds(3600), 1 << 30) }
    ) { client in
      #expect(await client.get().body == "ok")
      let sending = Sending(client, ClientRequest(method: "GET", path: "/"))
      #expect(await sending.advancing(client.loop, by: .seconds(1)).error == .timedOut(.answering))
    }
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Connections that nobody accepts.
private final class Crowd: Sendable {
  private let descriptors: [Int32]

  init(port: UInt16) {
    descriptors = (0..<4).map { _ in
      let descriptor = streamSocket()
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      withLoopbackAddress(port: port) { _ = connect(descriptor, $0, $1) }
      return descriptor
    }
  }

  func leave() { for descriptor in descriptors { close(descriptor) } }
}

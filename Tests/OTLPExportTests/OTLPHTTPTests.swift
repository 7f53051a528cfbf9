// Does the export stand every collector, over real sockets?

import ExportTestSupport
@testable import OTLPExport
import ObservabilityHTTP
import ObservabilityPlatform
@testable import ObservabilitySockets
import TestSupport
import Testing
@testable import TraceSpans

@Suite("OTLP by HTTP")
struct OTLPHTTPTests {
  /// An export to a collector on a real socket.
  final class World: Sendable {
    let tracer = SpanTracer()
    let behaviour = Locked(CollectorBehaviour.accepts)
    let requests = Locked<[RawServer.Request]>([])
    let said = Locked<[String]>([])
    let server: RawServer
    let loop: EventLoop
    let export: SpanExport

    /// - Parameter port: of a collector that is not ``server``.
    init(
      headers: [(String, String)] = [], port: UInt16? = nil, gzip: Gzip? = nil,
      _ change: (inout BatchProcessor.Settings) -> Void = { _ in }
    ) throws {
      server = RawServer { [behaviour, requests] request in
        requests.withLock { $0.append(request) }
        return behaviour.withLock { $0 }.reaction(spans: 512) ?? .hang
      }
      loop = try EventLoop(name: "test export")
      var settings = SpanTracer.Settings()
      settings.queueCapacity = 2048
      tracer.start(settings)
      guard let queue = tracer.queue else { throw SystemError(code: 0, action: "making a queue") }
      var batches = BatchProcessor.Settings()
      // In real time it has to be enough for the slowest machine.
      batches.timeout = .seconds(600)
      change(&batches)
      let endpoint = try ClientEndpoint("http://127.0.0.1:\(port ?? server.port)/v1/traces")
      var observer = SpanExportObserver()
      observer.said = { [said] text, _ in said.withLock { $0.append(text) } }
      export = SpanExport(
        queue, on: loop,
        through: try OTLPHTTPExporter(
          to: endpoint, headers: headers, gzip: gzip, timeout: batches.timeout, idle: .seconds(1_000_000_000),
          on: loop),
        settings: batches, observer: observer, encoder: TraceRequestEncoder(OTLPResource(serviceName: "test"))
      )
    }

    func record(_ count: Int) { for _ in 0..<count { tracer.startSpan("SMTP DATA", parent: .none).end() } }

    /// Lets the loop's time pass, much faster than it does, until the condition holds.
    func pass(until condition: @Sendable () -> Bool) async -> Bool {
      await eventually {
        // What is under way on the sockets takes real time, and none passes meanwhile but where it hangs.
        if await self.isWaiting { self.loop.advanceClock(by: .seconds(1)) }
        try? await Task.sleep(for: .milliseconds(1))
        return condition()
      }
    }

    /// Whether somebody waits for a flush, soon.
    func isAskedToFlush() async -> Bool {
      let core = export.core
      return await eventually {
        answer(by: self.loop.execute) { !core.flushes.isEmpty }
      }
    }

    private var isWaiting: Bool {
      get async {
        let core = export.core
        let isIdle = answer(by: loop.execute) { core.attempt == nil }
        let hangs = behaviour.withLock { $0 == .isABlackHole || $0 == .answersAByteASecond }
        return isIdle || (hangs && server.requests > 0)
      }
    }

    var isAccountedFor: Bool {
      let (spans, export) = (tracer.statistics, export.statistics)
      return spans.queued == export.totals.settled + UInt64(export.inHand) + UInt64(export.queued)
    }
  }

  @Test(
    "accounts for each span, with every behaviour, and ends in time", arguments: CollectorBehaviour.allCases)
  func everyBehaviour(behaviour: CollectorBehaviour) async throws {
    let server = RawServer { _ in behaviour.reaction(spans: 512) ?? .hang }
    let endpoint = try ClientEndpoint("http://127.0.0.1:\(server.port)/v1/traces")
    let world = try ExportWorld { loop, timeout in
      try OTLPHTTPExporter(
        to: endpoint, headers: [], gzip: nil, timeout: timeout, idle: .seconds(1_000_000_000), on: loop)
    }
    let problems = await world.play(behaviour, by: server)
    #expect(problems.isEmpty, "\(problems)")
  }

  @Test("goes on by itself when the collector is back, and says so")
  func recovery() async throws {
    let world = try World()
    world.behaviour.withLock { $0 = .unavailable }
    world.record(512)
    #expect(await world.pass { world.server.requests >= 2 })
    world.behaviour.withLock { $0 = .accepts }
    #expect(await world.pass { world.export.statistics.totals.settled == 512 })
    #expect(world.export.statistics.totals.exported == 512)
    #expect(
      world.said.withLock { $0 } == [
        "spans cannot be exported: the collector has answered 503", "the collector takes spans again",
      ])
    await world.export.shutdown(within: .seconds(3600))
    world.server.stop()
  }

  @Test("reaches a collector that begins to listen after the spans were refused")
  func absentAtFirst() async throws {
    // Nobody else takes a port that is bound, and every connection to it is refused.
    let listener = streamSocket()
    let (isBound, port) = withLoopbackAddress(port: 0) {
      bind(listener, $0, $1) == 0 && getsockname(listener, $0, &$1) == 0
    }
    #expect(isBound)
    let world = try World(port: port)
    world.record(512)
    #expect(await world.pass { world.said.withLock { !$0.isEmpty } })
    #expect(world.export.statistics.totals.settled == 0)
    async let isAsked: Bool = onThread {
      listen(listener, 8)
      let peer = ScriptedPeer(accept(listener, nil, nil))
      guard peer.readRequest() != nil else { return false }
      return peer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    #expect(await world.pass { world.export.statistics.totals.settled == 512 })
    #expect(await isAsked && world.export.statistics.totals.exported == 512)
    #expect(world.said.withLock { $0.last } == "the collector takes spans again")
    await world.export.shutdown(within: .zero)
    close(listener)
    world.server.stop()
  }

  @Test("sends what the protocol asks for, on a connection that is kept")
  func request() async throws {
    for gzip in [nil, try? Gzip()] {
      let world = try World(
        headers: [("Authorization", "Bearer geheim"), ("content-type", "text/plain")], gzip: gzip)
      for _ in 0..<3 {
        world.record(1)
        #expect(await world.export.flush(within: .seconds(3600)))
      }
      #expect(world.server.connections == 1 && world.server.requests == 3)
      let request = try #require(world.requests.withLock { $0.first })
      let lines = request.head.split(separator: "\r\n").map(String.init)
      #expect(lines.first == "POST /v1/traces HTTP/1.1")
      #expect(
        lines.contains("Content-Type: application/x-protobuf") && !lines.contains("content-type: text/plain"))
      #expect(lines.contains("User-Agent: OTel-OTLP-Exporter-Swift/\(OTLPExport.version)"))
      #expect(lines.contains("Authorization: Bearer geheim"))
      #expect(lines.contains("Content-Encoding: gzip") == (gzip != nil))
      #expect(request.body.starts(with: gzip == nil ? [0x0A] : [0x1F, 0x8B]))
      await world.export.shutdown(within: .seconds(3600))
      world.server.stop()
    }
  }

  @Test("goes uncompressed where the library fails, which is said once")
  func failingCompression() async throws {
    let world = try World(gzip: GzipTests.failing)
    for _ in 0..<3 {
      world.record(2)
      #expect(await world.export.flush(within: .seconds(3600)))
    }
    #expect(world.export.statistics.totals.exported == 6)
    for request in world.requests.withLock({ $0 }) {
      #expect(!request.head.contains("Content-Encoding") && request.body.first == 0x0A)
    }
    #expect(
      world.said.withLock { $0 } == [
        "spans are exported uncompressed: zlib has failed, or there is no memory for it"
      ])
    await world.export.shutdown(within: .seconds(3600))
    world.server.stop()
  }

  @Test("says nothing of a secret, whatever goes wrong", arguments: CollectorBehaviour.allCases)
  func secrets(behaviour: CollectorBehaviour) async throws {
    let world = try World(headers: [("Authorization", "Bearer \(CollectorBehaviour.secret)")]) {
      $0.timeout = .seconds(2)
    }
    world.behaviour.withLock { $0 = behaviour }
    world.record(1)
    let flush = Task { await world.export.flush(within: .seconds(3600)) }
    #expect(await world.pass { world.export.statistics.totals.settled == 1 })
    _ = await flush.value
    await world.export.shutdown(within: .zero)
    for text in world.said.withLock({ $0 }) { #expect(!text.contains(CollectorBehaviour.secret), "\(text)") }
    world.server.stop()
  }

  @Test("says where a collector has kept it waiting")
  func blackHole() async throws {
    let world = try World()
    world.behaviour.withLock { $0 = .isABlackHole }
    world.record(1)
    let flush = Task { await world.export.flush(within: .seconds(3600)) }
    #expect(await world.isAskedToFlush())
    #expect(await world.pass { world.said.withLock { !$0.isEmpty } })
    #expect(
      world.said.withLock { $0 } == ["spans cannot be exported: the deadline has passed while answering"])
    #expect(await !flush.value)
    await world.export.shutdown(within: .zero)
    world.server.stop()
  }

  @Test("retries what may pass, and nothing else")
  func statuses() {
    for status in 100...599 {
      let answer = ExportResponse(
        status: status, contentType: nil, retryAfter: .seconds(7), body: [], isBodyCut: false
      ).answer(sent: 3)
      switch answer {
      case .accepted(let rejected, _): #expect((200...299).contains(status) && rejected == 0)
      case .refused(let refusal):
        let isRetryable = [429, 502, 503, 504].contains(status)
        #expect(!(200...299).contains(status) && refusal.isAnswer)
        #expect(refusal.isRetryable == isRetryable && refusal.retryAfter == (isRetryable ? .seconds(7) : nil))
      }
    }
    let errors: [(ClientError, Bool)] = [
      (.unresolvable(""), true), (.refused(""), true), (.timedOut(.connecting), true),
      (.timedOut(.answering), true),
      (.brokenBeforeAnswer(""), true), (.brokenInAnswer(""), true),
      (.malformedAnswer(.malformedStatusLine), false),
      (.invalidRequest(""), false), (.closed, false), (.cancelled, false),
    ]
    for (error, isRetryable) in errors {
      #expect(ExportRefusal(error).isRetryable == isRetryable, "\(error)")
    }
  }
}

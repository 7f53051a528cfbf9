// Is a compressed answer the same answer, made once, and never a part that looks whole?

import EndpointMessages
import MetricExposition
import MetricInstruments
import TestSupport
import Testing

@testable import ObservabilityEndpoints
@testable import ObservabilityPlatform

@Suite("A compressed scrape", .serialized, .enabled(if: ObservedGzip.make() != nil))
struct CompressionTests {
  private struct Body {
    let response: EndpointResponse
    let bytes: [UInt8]
    var encoding: String? { response.headers["Content-Encoding"] }
    /// As the client sees it.
    var content: [UInt8]? { encoding == "gzip" ? Inflate()?.bytes(of: bytes) : bytes }
  }

  /// Read on the encoding thread, for as long as the test wants.
  private final class Holding: SynchronousCollector {
    let name = "holding"
    let isHeld = Locked(false)
    let reads = Locked(0)

    func read() -> [CollectedFamily] {
      reads.withLock { $0 += 1 }
      while isHeld.withLock({ $0 }) { usleep(1000) }
      return []
    }
  }

  private static let openMetrics = "application/openmetrics-text;version=1.0.0"

  init() { ObservedGzip.reset() }

  private func service(
    series: Int = 0, timer: any OneShotTimer = ManualClock(),
    _ configure: (inout EndpointSettings) -> Void = { _ in }
  ) throws -> Service {
    let service = try Service(timer: timer) { settings in
      settings.gzip = ObservedGzip.make()
      configure(&settings)
    }
    guard series > 0 else { return service }
    let family = try service.registry.register(
      .counter("x_total", help: ""), byBounded: "n", limit: series)
    for number in 0..<series { family["series number \(number)"].increment(by: number) }
    return service
  }

  private func request(
    _ target: String, _ coding: String? = "gzip", accept: String? = nil, method: String = "GET"
  ) throws -> EndpointRequest {
    var headers = EndpointFields()
    if let coding { headers.append("Accept-Encoding", coding) }
    if let accept { headers.append("Accept", accept) }
    return try EndpointRequest(method: method, target: target, headers: headers, peer: .unix)
  }

  private func get(
    _ service: Service, _ target: String, _ coding: String? = "gzip", accept: String? = nil,
    method: String = "GET"
  ) async throws -> Body {
    let response = await service.endpoints.respond(
      to: try request(target, coding, accept: accept, method: method))
    return Body(response: response, bytes: try await response.wholeBody())
  }

  private func stream(
    _ service: Service, _ target: String = "/metrics", coding: String? = "gzip"
  ) async throws -> EndpointBodyStream {
    try stream(of: await service.endpoints.respond(to: try request(target, coding)))
  }
  private func stream(of response: EndpointResponse) throws -> EndpointBodyStream {
    guard case .stream(let stream) = response.body else { throw Unexpected(status: response.status) }
    return stream
  }
  private struct Unexpected: Error { let status: Int }

  /// Until all that has been begun is freed, which the encoding thread does in its turn.
  private func expectNoStream(_ service: Service, begun: Int? = nil) async {
    #expect(await eventually { ObservedGzip.streams.begun == ObservedGzip.streams.ended })
    if let begun { #expect(ObservedGzip.streams.begun == begun) }
    // A stream's share is given back after its memory.
    #expect(
      await eventually {
        service.endpoints.metrics.spooledBytes == 0 && service.endpoints.metrics.compressorsInUse == 0
      })
    #expect(ObservedGzip.callsFromElsewhere == 0)
  }

  @Test("reads back as the answer without it, in every form", arguments: 0..<12 as Range<UInt64>)
  func same(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let service = try service { settings in
      // Whatever there is room for.
      settings.maximumSpooledBytes = [0, 300 << 10, 16 << 20].randomElement(using: &generator) ?? 0
    }
    for number in 0..<Int.random(in: 0...20, using: &generator) {
      let help = String(repeating: "é\\\n\"", count: .random(in: 0...40, using: &generator))
      let family = try service.registry.register(
        .gauge("random_\(number)", help: help), byBounded: "label", limit: 1000)
      for _ in 0..<Int.random(in: 0...(number % 5 == 0 ? 900 : 20), using: &generator) {
        let label = String(UInt64.random(in: .min ... .max, using: &generator), radix: 36)
        family[label].set(Double.random(in: -1e9...1e9, using: &generator))
      }
      try service.variables.string("variable.\(number)").set(help)
    }
    for (target, accept) in [
      ("/metrics", nil), ("/metrics", CompressionTests.openMetrics), ("/metrics?name[]=random_0", nil),
      ("/metrics.json", nil), ("/debug/vars", nil),
    ] {
      let plain = try await get(service, target, nil, accept: accept)
      let compressed = try await get(service, target, accept: accept)
      #expect(plain.encoding == nil)
      #expect(compressed.content == plain.bytes, "\(target), seed \(seed)")
      #expect(compressed.response.headers["Content-Type"] == plain.response.headers["Content-Type"])
      #expect(compressed.response.headers["Vary"] == plain.response.headers["Vary"])
    }
    await expectNoStream(service)
  }

  @Test(
    "has the same fields for HEAD as for GET, whether it is one body or a stream", arguments: [300, 60_000])
  func head(series: Int) async throws {
    let service = try service(series: series)
    for target in ["/metrics", "/metrics.json"] {
      let get = try await get(service, target)
      let head = await service.endpoints.respond(to: try request(target, method: "HEAD"))
      #expect(get.encoding == "gzip")
      #expect(head.headers.list.map(\.value) == get.response.headers.list.map(\.value))
      switch (head.body, get.response.body) {
      case (.bytes(let head), .bytes(let get)): #expect(head == get)
      case (.stream(let head), .stream):
        // Nobody comes for the rest, however late the head is sent.
        await expectNoStream(service)
        #expect(service.endpoints.metrics.slotsInUse == 0)
        await #expect(throws: Scrape.LetGo.self) { while try await head.next() != nil {} }
        head.finished?()
      default: Issue.record("\(target) is a stream for one of them only")
      }
    }
    await expectNoStream(service)
  }

  @Test("is not made of what is small, nor for who has not asked for it, nor without zlib")
  func identity() async throws {
    let small = try service(series: 5)
    #expect(try await get(small, "/metrics").encoding == nil)
    // But for who takes nothing else.
    for coding in ["gzip, identity;q=0", "gzip;q=0.1, *;q=0"] {
      let body = try await get(small, "/metrics", coding)
      #expect(body.encoding == "gzip")
      #expect(try await body.content == get(small, "/metrics").bytes)
    }
    ObservedGzip.reset()
    let large = try service(series: 500)
    // The last two accept nothing that there is: every client reads it as it is.
    for coding in [nil, "identity", "gzip;q=0", "br", "identity;q=0", "*;q=0"] {
      let body = try await get(large, "/metrics", coding)
      #expect(body.encoding == nil)
      #expect(body.response.headers["Vary"] == "Accept, Accept-Encoding")
    }
    let without = try service(series: 500) { $0.gzip = nil }
    #expect(try await get(without, "/metrics").encoding == nil)
    #expect(ObservedGzip.streams.begun == 0)
  }

  @Test("is made once for those who ask while the encoding thread is busy, in each form, and read by each")
  func shared() async throws {
    let holding = Holding()
    // One for the first, one for each form, and one for who has not joined another yet.
    let service = try service(series: 30_000) { $0.maximumConcurrentScrapes = 4 }
    service.registry.set(own: holding)
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics?name[]=nothing") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    let forms = [nil, CompressionTests.openMetrics]
    var others: [Task<Body, any Error>] = []
    for number in 0..<40 {
      others.append(
        Task { try await get(service, "/metrics?name[]=mail_x_total", accept: forms[number % 2]) })
      try #require(await eventually { service.endpoints.metrics.waitingReaders == number + 1 })
    }
    // As it is, it is for each alone.
    let plain = Task { try await get(service, "/metrics?name[]=mail_x_total", nil) }
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    var bodies: [[UInt8]] = [[], []]
    for (number, task) in others.enumerated() {
      let body = try await task.value
      #expect(body.response.status == 200)
      if bodies[number % 2].isEmpty { bodies[number % 2] = body.bytes }
      #expect(body.bytes == bodies[number % 2])
      #expect(body.content?.isEmpty == false)
    }
    #expect(bodies[0] != bodies[1])
    #expect(try await plain.value.bytes == Inflate()?.bytes(of: bodies[0]))
    await expectNoStream(service, begun: 2)
    #expect(service.endpoints.metrics.slotsInUse == 0)
  }

  @Test("is shared by so many at the most, and by further ones in a slot of their own")
  func crowded() async throws {
    let holding = Holding()
    let service = try service(series: 300)
    service.registry.set(own: holding)
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics?name[]=nothing") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    var tasks: [Task<Body, any Error>] = []
    for number in 0..<(SharedScrapes.most + 2) {
      tasks.append(Task { try await get(service, "/metrics?name[]=mail_x_total") })
      let waiting = number % SharedScrapes.most + 1
      try #require(await eventually { service.endpoints.metrics.waitingReaders == waiting })
    }
    #expect(await eventually { service.endpoints.metrics.slotsInUse == 3 })
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    for task in tasks { #expect(try await task.value.content == tasks[0].value.content) }
    await expectNoStream(service, begun: 2)
    #expect(service.endpoints.metrics.slotsInUse == 0)
  }

  @Test("is shared by nobody who would not take it as it is with who would")
  func refused() async throws {
    let holding = Holding()
    let service = try service(series: 5)
    service.registry.set(own: holding)
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics?name[]=nothing") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    var tasks: [Task<Body, any Error>] = []
    for (number, coding) in ["gzip", "gzip, identity;q=0", "gzip"].enumerated() {
      tasks.append(Task { try await get(service, "/metrics?name[]=mail_x_total", coding) })
      #expect(await eventually { service.endpoints.metrics.waitingReaders == number + 1 })
    }
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    let bodies = [try await tasks[0].value, try await tasks[1].value, try await tasks[2].value]
    #expect(bodies.map(\.encoding) == [nil, "gzip", nil])
    #expect(bodies.allSatisfy { $0.content == bodies[0].bytes })
    await expectNoStream(service, begun: 1)
  }

  @Test("shows what was recorded before it was asked for, whoever it is shared with")
  func current() async throws {
    let holding = Holding()
    let service = try service(series: 300)
    service.registry.set(own: holding)
    let counter = try service.registry.register(.counter("late_total", help: ""))
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    var tasks: [Task<Body, any Error>] = []
    for number in 1...3 {
      counter.increment()
      _ = try service.registry.register(.counter("new_\(number)_total", help: ""))
      // Put in order here: otherwise the encoding thread would have to, which is held.
      _ = service.registry.contents
      tasks.append(Task { try await get(service, "/metrics") })
      #expect(await eventually { service.endpoints.metrics.waitingReaders == number })
    }
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    for task in tasks {
      let text = String(decoding: try #require(try await task.value.content), as: UTF8.self)
      #expect(text.contains("late_total 3\n"))
      #expect(text.contains("new_3_total 0\n"))
    }
    await expectNoStream(service, begun: 2)
  }

  @Test("waits for slow readers within the budget, and frees all when they go")
  func slow() async throws {
    let budget = 200 << 10
    let service = try service(series: 60_000) { $0.maximumSpooledBytes = budget }
    let slow = try await stream(service)
    #expect(service.endpoints.metrics.compressorsInUse == 1)
    #expect(service.endpoints.metrics.spooledBytes <= budget + 64 << 10)
    // The budget is used up: others are served all the same, and have a compressor.
    let other = try await get(service, "/metrics")
    #expect(other.encoding == "gzip")
    #expect(try await other.content == get(service, "/metrics", nil).bytes)
    var bytes: [UInt8] = []
    while let part = try await slow.next() { bytes += part }
    slow.finished?()
    #expect(try await Inflate()?.bytes(of: bytes) == get(service, "/metrics", nil).bytes)
    await expectNoStream(service, begun: 2)
    let gone = try await stream(service)
    _ = try await gone.next()
    gone.finished?()
    await expectNoStream(service, begun: 3)
  }

  @Test(
    "is made for who reads it, however many do not read theirs",
    arguments: zip(["gzip", nil], [100 << 10, 1 << 20]))
  func unread(coding: String?, budget: Int) async throws {
    let service = try service(series: 60_000) { settings in
      settings.maximumConcurrentScrapes = 2
      settings.maximumSpooledBytes = budget
    }
    let streams = Locked<[EndpointBodyStream]>([])
    let areOpen = await eventually {
      // Who comes too soon after the others is refused.
      guard let next = try? await stream(service, coding: coding) else { return false }
      return streams.withLock { streams in
        streams.append(next)
        return streams.count == 4
      }
    }
    #expect(areOpen)
    let isCompressed = await eventually { (try? await get(service, "/metrics"))?.encoding == "gzip" }
    #expect(isCompressed)
    #expect(service.endpoints.metrics.compressorsInUse <= 2)
    for stream in streams.withLock({ $0 }) { stream.finished?() }
    await expectNoStream(service)
  }

  /// Two answers of one scrape.
  private func twoAnswers(_ service: Service, _ holding: Holding) async throws -> [EndpointResponse] {
    service.registry.set(own: holding)
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics?name[]=nothing") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    // Without the figures about the collector, which differ from scrape to scrape.
    let tasks = (0..<2).map { _ in
      Task { await service.endpoints.respond(to: try request("/metrics?name[]=mail_x_total")) }
    }
    #expect(await eventually { service.endpoints.metrics.waitingReaders == 2 })
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    return [try await tasks[0].value, try await tasks[1].value]
  }

  /// Two streams of one scrape.
  private func twoReaders(_ service: Service, _ holding: Holding) async throws -> [EndpointBodyStream] {
    try await twoAnswers(service, holding).map { try stream(of: $0) }
  }

  @Test("goes on for one reader while another stands still, who is cut off once the budget is used up")
  func behind() async throws {
    let budget = 70 << 10
    let service = try service(series: 200_000) { $0.maximumSpooledBytes = budget }
    let readers = try await twoReaders(service, Holding())
    _ = try await readers[1].next()
    var bytes: [UInt8] = []
    while let part = try await readers[0].next() {
      bytes += part
      let most = budget + (Scrape.mostBehind + 2) * (Scrape.compressedPart + 32 << 10)
      #expect(service.endpoints.metrics.spooledBytes <= most)
    }
    readers[0].finished?()
    #expect(bytes.count > 8 * Scrape.compressedPart)
    #expect(try await Inflate()?.bytes(of: bytes) == get(service, "/metrics?name[]=mail_x_total", nil).bytes)
    await #expect(throws: Scrape.LetGo.self) { _ = try await readers[1].next() }
    readers[1].finished?()
    await expectNoStream(service, begun: 1)
  }

  @Test("is read to its end by one when the other goes, at whatever part", arguments: 0..<4)
  func leaves(after parts: Int) async throws {
    let service = try service(series: 60_000) { $0.maximumSpooledBytes = 100 << 10 }
    let readers = try await twoReaders(service, Holding())
    for _ in 0..<parts { _ = try await readers[1].next() }
    readers[1].finished?()
    var bytes: [UInt8] = []
    while let part = try await readers[0].next() { bytes += part }
    readers[0].finished?()
    #expect(try await Inflate()?.bytes(of: bytes) == get(service, "/metrics?name[]=mail_x_total", nil).bytes)
    await expectNoStream(service, begun: 1)
  }

  @Test("is not encoded at all when all who have asked for it have gone before")
  func unwanted() async throws {
    let holding = Holding()
    let service = try service(series: 300)
    service.registry.set(own: holding)
    holding.isHeld.withLock { $0 = true }
    let first = Task { try await get(service, "/metrics") }
    #expect(await eventually { holding.reads.withLock { $0 } == 1 })
    var tasks: [Task<Body, any Error>] = []
    for number in 1...3 {
      tasks.append(Task { try await get(service, "/metrics") })
      #expect(await eventually { service.endpoints.metrics.waitingReaders == number })
    }
    for task in tasks { task.cancel() }
    for task in tasks { #expect(try await task.value.response.status == 503) }
    #expect(service.endpoints.metrics.waitingReaders == 0)
    holding.isHeld.withLock { $0 = false }
    _ = try await first.value
    #expect(holding.reads.withLock { $0 } == 1)
    #expect(service.endpoints.metrics.slotsInUse == 0)
    await expectNoStream(service, begun: 1)
  }

  @Test("that cannot be compressed to its end is cut short, or refused", arguments: [0, 1, 5, 20, 40])
  func failing(calls: Int) async throws {
    ObservedGzip.reset(failingAfter: calls)
    let service = try service(series: 60_000) { $0.maximumSpooledBytes = 70 << 10 }
    let response = await service.endpoints.respond(to: try request("/metrics"))
    switch response.body {
    case .bytes: #expect(response.status == 503)
    case .stream(let stream):
      #expect(response.status == 200)
      await #expect(throws: Scrape.LetGo.self) { while try await stream.next() != nil {} }
      stream.finished?()
    }
    #expect(service.endpoints.metrics.slotsInUse == 0)
    await expectNoStream(service, begun: 1)
    ObservedGzip.reset()
    #expect(try await get(service, "/metrics").content?.isEmpty == false)
  }

  @Test("that cannot be compressed to its end is whole for nobody of two", arguments: [0, 1, 5, 20, 40])
  func failingShared(calls: Int) async throws {
    ObservedGzip.reset(failingAfter: calls)
    let service = try service(series: 60_000) { $0.maximumSpooledBytes = 70 << 10 }
    for response in try await twoAnswers(service, Holding()) {
      switch response.body {
      case .bytes: #expect(response.status == 503)
      case .stream(let stream):
        await #expect(throws: Scrape.LetGo.self) { while try await stream.next() != nil {} }
        stream.finished?()
      }
    }
    #expect(service.endpoints.metrics.slotsInUse == 0)
    await expectNoStream(service, begun: 1)
  }

  @Test("that is not read in time is let go for its reader alone")
  func late() async throws {
    let clock = ManualClock()
    let service = try service(series: 60_000, timer: clock)
    let early = try await stream(service)
    clock.advance(by: .seconds(60))
    let later = try await stream(service)
    clock.advance(by: .seconds(60))
    await #expect(throws: Scrape.LetGo.self) { while try await early.next() != nil {} }
    var bytes: [UInt8] = []
    while let part = try await later.next() { bytes += part }
    for stream in [early, later] { stream.finished?() }
    #expect(Inflate()?.bytes(of: bytes) != nil)
    await expectNoStream(service, begun: 2)
  }
}

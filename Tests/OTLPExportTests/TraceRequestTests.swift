// Is a span on the wire what it was in the process?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import OTLPExport
@testable import TraceSpans

@Suite("A request")
struct TraceRequestTests {
  private let tracer = SpanTracer()

  private func started(queue: Int = 1024, _ limits: SpanLimits = SpanLimits()) -> SpanTracer {
    var settings = SpanTracer.Settings()
    settings.queueCapacity = queue
    settings.limits = limits
    settings.clock = SpanClock(wall: { 1_000 }, monotonic: { 5 })
    tracer.start(settings)
    return tracer
  }

  private func request(limit: Int = TraceRequestEncoder.longestRequest, schemaURL: String? = nil) throws
    -> TraceRequestEncoder.Request
  {
    let encoder = TraceRequestEncoder(OTLPResource(serviceName: "mx"), schemaURL: schemaURL, limit: limit)
    var spans = try #require(tracer.queue).take(.max)[...]
    defer { #expect(spans.isEmpty) }
    return encoder.takeRequest(from: &spans)
  }

  private func onlySpan() throws -> MessageFields {
    let spans = try MessageFields.spans(of: try request().bytes)
    #expect(spans.count == 1)
    return try #require(spans.first)
  }

  @Test("names the resource, the scope and the schema once, around all spans")
  func envelope() throws {
    for name in ["a", "b", "c"] { started().startSpan(name).end() }
    let request = try request(schemaURL: "https://example.org/schema")
    #expect(request.spans == 3 && request.tooLarge == 0)
    let message = try MessageFields(request.bytes[...])
    #expect(message.numbers == [1])
    let resourceSpans = try #require(try message.messages(1).first)
    #expect(resourceSpans.numbers == [1, 2, 3])
    #expect(resourceSpans.text(3) == "https://example.org/schema")
    let resource = try #require(try resourceSpans.messages(1).first).messages(1)
    #expect(resource.first?.text(1) == "service.name")
    #expect(try resource.first?.messages(2).first?.text(1) == "mx")
    let scopeSpans = try #require(try resourceSpans.messages(2).first)
    #expect(scopeSpans.numbers == [1, 2, 2, 2, 3])
    let scope = try #require(try scopeSpans.messages(1).first)
    #expect(scope.text(1) == "swift-mail-observability" && scope.text(2) == OTLPExport.version)
    #expect(scopeSpans.text(3) == "https://example.org/schema")
    #expect(try scopeSpans.messages(2).map { $0.text(5) } == ["a", "b", "c"])
  }

  @Test("leaves out what there is none of")
  func noEmptyEnvelopes() throws {
    _ = started()
    let none = try request()
    #expect(none.bytes.isEmpty && none.spans == 0)
    tracer.startSpan("").end()
    let span = try onlySpan()
    // Identifiers, the kind, the times and the flags.
    #expect(span.numbers == [1, 2, 6, 7, 8, 16])
  }

  @Test("has identifiers as bytes, the highest first, and says whether a parent or a link is remote")
  func contexts() throws {
    let traceID = try #require(TraceID("0102030405060708090a0b0c0d0e0f10"))
    let parentID = try #require(SpanID("f1f2f3f4f5f6f7f8"))
    func context(_ flags: TraceFlags, _ isRemote: Bool) -> TraceContext {
      TraceContext(
        traceID: traceID, spanID: parentID, flags: flags, state: TraceState(fields: ["a=1,b=2"]),
        isRemote: isRemote)
    }
    let cases: [(TraceContext?, UInt64)] = [
      (nil, 0x103), (context([.sampled], true), 0x301), (context([.sampled, .random], true), 0x303),
      (context([.sampled, .random], false), 0x103),
    ]
    for (parent, flags) in cases {
      let span = started().startSpan("a", parent: parent.map { .context($0) } ?? .none)
      for isRemote in [true, false] { span.addLink(to: context([.random], isRemote)) }
      span.end()
      let sent = try onlySpan()
      let own = try #require(span.context)
      #expect(sent.number(16) == flags)
      #expect(sent.bytes(2) == [bytes(own.spanID)])
      #expect(sent.bytes(4) == (parent == nil ? [] : [[0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8]]))
      #expect(parent == nil || sent.bytes(1) == [ArraySlice(1...16)])
      #expect(sent.text(3) == (parent == nil ? nil : "a=1,b=2"))
      let links = try sent.messages(13)
      #expect(links.map { $0.number(6) } == [0x302, 0x102])
      #expect(links.first?.bytes(1) == [ArraySlice(1...16)] && links.first?.text(3) == "a=1,b=2")
    }
  }

  private func bytes(_ id: SpanID) -> ArraySlice<UInt8> {
    ArraySlice((0..<8).map { UInt8(truncatingIfNeeded: id.value >> UInt64(56 - 8 * $0)) })
  }

  @Test(
    "has the value of an attribute be it empty, 0 or false",
    arguments: [
      (TraceSpan.AttributeValue.string(""), [0x0A, 0]), (.string("é"), [0x0A, 2, 0xC3, 0xA9]),
      (.string("\0"), [0x0A, 1, 0]), (.boolean(false), [0x10, 0]), (.boolean(true), [0x10, 1]),
      (.integer(0), [0x18, 0]), (.integer(300), [0x18, 0xAC, 2]),
      (.integer(-1), [0x18] + [UInt8](repeating: 0xFF, count: 9) + [1]),
      (.integer(.max), [0x18] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
      (.integer(.min), [0x18] + [UInt8](repeating: 0x80, count: 9) + [1]),
      (.double(0), [0x21, 0, 0, 0, 0, 0, 0, 0, 0]), (.double(-0.0), [0x21, 0, 0, 0, 0, 0, 0, 0, 0x80]),
      (.double(1), [0x21, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
      (.double(.infinity), [0x21, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F]), (.strings([]), [0x2A, 0]),
      (.integers([]), [0x2A, 0]), (.doubles([]), [0x2A, 0]), (.booleans([]), [0x2A, 0]),
      (.strings(["", "a"]), [0x2A, 9, 0x0A, 2, 0x0A, 0, 0x0A, 3, 0x0A, 1, 0x61]),
      (.booleans([true, false]), [0x2A, 8, 0x0A, 2, 0x10, 1, 0x0A, 2, 0x10, 0]),
      (
        .integers([1, -1]),
        [0x2A, 17, 0x0A, 2, 0x18, 1, 0x0A, 11, 0x18] + [UInt8](repeating: 0xFF, count: 9) + [1]
      ),
      (.doubles([1]), [0x2A, 11, 0x0A, 9, 0x21, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
    ])
  func values(value: TraceSpan.AttributeValue, expected: [UInt8]) throws {
    let span = started().startSpan("a")
    span["key"] = value
    span.end()
    let attribute = try #require(try onlySpan().messages(9).first)
    #expect(attribute.text(1) == "key")
    #expect(attribute.bytes(2) == [expected[...]])
  }

  @Test("keeps the bits of a number that is none")
  func notANumber() throws {
    let value = Double(bitPattern: 0xFFF8_0000_0000_1234)
    let span = started().startSpan("a")
    span["key"] = value
    span.end()
    #expect(try onlySpan().messages(9).first?.messages(2).first?.number(4) == value.bitPattern)
  }

  @Test("has events, status and counts of what was left out")
  func parts() throws {
    let limits = SpanLimits(attributes: 2, events: 1, links: 1, eventAttributes: 2, valueLength: 8)
    let span = started(limits).startSpan("a", kind: .consumer)
    for key in ["a", "b", "c", "d"] { span[key] = 1 }
    let context = try #require(span.context)
    for _ in 0..<3 {
      span.addEvent("e", attributes: [.init("a", 1), .init("b", 1), .init("c", 1)])
      span.addLink(to: context, attributes: [.init("a", 1), .init("", 1)])
    }
    span.status = .error("too long a message")
    span.end()
    let sent = try onlySpan()
    #expect(sent.number(6) == 5)
    #expect(sent.number(10) == 2 && sent.number(12) == 2 && sent.number(14) == 2)
    let event = try #require(try sent.messages(11).first)
    #expect(event.number(1) == 1_000 && event.text(2) == "e" && event.number(4) == 1)
    #expect(try event.messages(3).map { $0.text(1) } == ["a", "b"])
    let link = try #require(try sent.messages(13).first)
    #expect(try link.messages(4).map { $0.text(1) } == ["a"])
    #expect(link.number(5) == 1)
    let status = try #require(try sent.messages(15).first)
    #expect(status.text(2) == "too long" && status.number(3) == 2 && status.numbers == [2, 3])
  }

  @Test("has no message of a span that is fine")
  func fine() throws {
    let span = started().startSpan("a")
    span.status = .ok
    span.end()
    let status = try #require(try onlySpan().messages(15).first)
    #expect(status.numbers == [3] && status.number(3) == 1)
  }

  @Test("has no time before 1970, whatever a span was given")
  func times() throws {
    let extreme = started().startSpan("a", at: .seconds(Int64.min))
    extreme.end(at: .seconds(Int64.max))
    let sent = try onlySpan()
    #expect(sent.number(7) == nil && sent.number(8) == UInt64(Int64.max))
  }

  // MARK: - Length

  @Test(
    "is no longer than it may be: what does not fit waits for the next one, and what never fits is counted")
  func splitting() throws {
    let sizes = [1, 2000, 10, 10, 5000, 10, 700, 700, 700, 9000, 1]
    for (index, size) in sizes.enumerated() {
      let span = started().startSpan("\(index)")
      span["text"] = String(repeating: "x", count: min(size, 4096))
      span["more"] = String(repeating: "y", count: max(size - 4096, 0))
      span.end()
    }
    let limit = 2600
    let encoder = TraceRequestEncoder(OTLPResource(serviceName: "mx"), limit: limit)
    var spans = try #require(tracer.queue).take(.max)[...]
    var names: [String?] = []
    var tooLarge = 0
    var count = 0
    while !spans.isEmpty {
      let before = spans.count
      let request = encoder.takeRequest(from: &spans)
      #expect(spans.count == before - request.spans - request.tooLarge && spans.count < before)
      #expect(request.bytes.count <= limit)
      #expect(request.bytes.isEmpty == (request.spans == 0))
      let sent = try MessageFields.spans(of: request.bytes)
      #expect(sent.count == request.spans)
      names += sent.map { $0.text(5) }
      tooLarge += request.tooLarge
      count += 1
    }
    #expect(names == ["0", "1", "2", "3", "5", "6", "7", "8", "10"])
    #expect(tooLarge == 2)
    #expect(count < sizes.count)
  }

  @Test("is none where a request may not even have its resource", arguments: [Int.min, -1, 0, 1, 50])
  func impossibleLimit(limit: Int) throws {
    for _ in 0..<3 { started().startSpan("a").end() }
    let request = try request(limit: limit)
    #expect(request.bytes.isEmpty && request.spans == 0 && request.tooLarge == 3)
  }

  @Test("of a batch of the largest spans there are is split at the limit")
  func largest() throws {
    // Booleans take four times the memory on the wire.
    var limits = SpanLimits()
    limits.valueLength = 65_536
    for _ in 0..<64 {
      let span = started(limits).startSpan("a")
      span["a"] = [Bool](repeating: true, count: 60_000)
      span.end()
    }
    let encoder = TraceRequestEncoder(OTLPResource(), limit: 4 << 20)
    var spans = try #require(tracer.queue).take(.max)[...]
    var sent = 0
    while !spans.isEmpty {
      let request = encoder.takeRequest(from: &spans)
      #expect(request.bytes.count <= 4 << 20 && request.tooLarge == 0)
      sent += request.spans
    }
    #expect(sent == 64)
  }

  @Test("is the same from one encoder as from another, whoever else encodes", .timeLimit(.minutes(5)))
  func threads() throws {
    for index in 0..<50 {
      let span = started().startSpan("\(index)")
      span["text"] = String(repeating: "t", count: index * 20)
      span.end()
    }
    let spans = try #require(tracer.queue).take(.max)
    let resource = OTLPResource()
    var alone = spans[...]
    let expected = TraceRequestEncoder(resource).takeRequest(from: &alone).bytes
    let shared = TraceRequestEncoder(resource)
    let differing = Locked(0)
    onThreads(4) { _ in
      for _ in 0..<20 {
        var rest = spans[...]
        let bytes = shared.takeRequest(from: &rest).bytes
        if bytes != expected { differing.withLock { $0 += 1 } }
      }
    }
    #expect(differing.withLock { $0 } == 0)
  }
}

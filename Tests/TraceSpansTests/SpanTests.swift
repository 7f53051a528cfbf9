// What does a span keep, and what becomes of what is done to it too late?

import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("A span")
struct SpanTests {
  private let clocks = ManualClocks()
  private let tracer = SpanTracer()

  private func started(_ change: (inout SpanTracer.Settings) -> Void = { _ in }) -> SpanTracer {
    var settings = SpanTracer.Settings()
    settings.clock = clocks.clock
    settings.queueCapacity = 8
    change(&settings)
    tracer.start(settings)
    return tracer
  }

  @Test("keeps attributes of every type, each name once")
  func attributes() {
    let span = started().startSpan("a")
    let size = 7
    span["string"] = "text"
    span["integer"] = size
    span["literal"] = 5
    span["double"] = 0.5
    span["boolean"] = true
    span["strings"] = ["a", "b"]
    span["integers"] = [1, 2]
    span["doubles"] = [0.5]
    span["booleans"] = [true, false]
    span["integer"] = 8
    span["any"] = TraceSpan.AttributeValue.string("value")
    #expect(span["string"] == "text")
    #expect(span["integer"] == 8)
    #expect(span["literal"] == 5)
    #expect(span["double"] == 0.5)
    #expect(span["boolean"] == true)
    #expect(span["strings"] == ["a", "b"])
    #expect(span["integers"] == [1, 2])
    #expect(span["doubles"] == [0.5])
    #expect(span["booleans"] == [true, false])
    #expect(span["any"] == "value")
    #expect(span["none"] as Int? == nil)
    #expect(span["string"] as Int? == nil)
    #expect(span.recording?.contents.attributes.attributes.count == 10)
    // Canonically equivalent names are two.
    span["\u{E9}"] = 1
    span["e\u{301}"] = 2
    #expect(span["\u{E9}"] == 1)
  }

  @Test("leaves out and counts what exceeds its limits")
  func limits() throws {
    let span = started().startSpan("a")
    for index in 0..<130 {
      span["a\(index)"] = index
      span.addEvent("e\(index)", attributes: [.init("x", 1)])
      span.addLink(to: TraceContext(traceID: .random(), spanID: .random()))
    }
    span[""] = 1
    span[String(repeating: "k", count: 257)] = 1
    // A name that is there may still change.
    span["a0"] = -1
    let contents = try #require(span.recording).contents
    #expect(contents.attributes.attributes.count == 128 && contents.attributes.dropped == 4)
    #expect(contents.events.count == 128 && contents.droppedEvents == 2)
    #expect(contents.links.count == 128 && contents.droppedLinks == 2)
    #expect(span["a0"] == -1)
    span.addEvent("late")
    #expect(span.recording?.contents.droppedEvents == 3)
  }

  @Test(
    "cuts long texts at the end of a character",
    arguments: [("a", 4096), ("é", 4096), ("€", 4095), ("😀", 4096)])
  func cutting(character: String, length: Int) {
    let span = started().startSpan("a")
    span["x"] = String(repeating: character, count: 1 << 20)
    span["y"] = [String(repeating: "a", count: 4000), String(repeating: character, count: 4000), "lost"]
    let text: String? = span["x"]
    #expect(text?.utf8.count == length)
    #expect(text?.allSatisfy { String($0) == character } == true)
    let texts: [String]? = span["y"]
    #expect(texts?.count == 2)
    #expect((77...80).contains(texts?.last?.utf8.count ?? 0))
    span["numbers"] = [Int](repeating: 1, count: 10_000)
    #expect((span["numbers"] as [Int]?)?.count == 512)
    span["empty"] = [String](repeating: "", count: 10_000)
    #expect((span["empty"] as [String]?)?.count == 256)
  }

  @Test("takes a bounded amount of memory, however much is said of it")
  func bytes() throws {
    let span = started().startSpan(String(repeating: "n", count: 1000))
    let text = String(repeating: "x", count: 5000)
    for index in 0..<100 {
      span["a\(index)"] = text
      span.addEvent(text, attributes: (0..<100).map { .init("\($0)", text) })
      span.addLink(to: TraceContext(traceID: .random(), spanID: .random()), attributes: [.init("a", text)])
      span.status = .error(text)
    }
    let recording = try #require(span.recording)
    #expect(recording.name.utf8.count == SpanLimits.nameLength)
    #expect(recording.byteCount < SpanLimits.bytes + 2048)
    let contents = recording.contents
    #expect(contents.attributes.attributes.count + contents.attributes.dropped == 100)
    #expect(contents.events.count + contents.droppedEvents == 100)
    #expect(contents.links.count + contents.droppedLinks == 100)
    #expect(contents.events.first.map { $0.attributes.attributes.count + $0.attributes.dropped } == 100)
  }

  @Test("looks at a bounded number of what an event and a link are given, and counts the rest")
  func manyAttributes() throws {
    let attributes = [TraceSpan.Attribute](repeating: .init("a", 1), count: 1_000_000)
    let links = [TraceSpan.Link](
      repeating: .init(to: TraceContext(traceID: .random(), spanID: .random())), count: 100_000)
    let span = started().startSpan("a", links: links)
    span.addEvent("e", attributes: attributes)
    span.addLink(to: links[0].context, attributes: attributes)
    let contents = try #require(span.recording).contents
    #expect(contents.events[0].attributes.attributes.count == 1)
    #expect(contents.events[0].attributes.dropped == 1_000_000 - 2048)
    #expect(contents.links.count == 128 && contents.droppedLinks == 100_000 - 127)
  }

  @Test("counts what the state of a trace takes, which another server may have sent")
  func stateBytes() throws {
    let state = "a=" + String(repeating: "x", count: 256)
    let parent = try #require(
      TraceContext(traceparent: TraceStateTests.parent.dropLast() + "1", tracestate: [state]))
    let span = started().startSpan("a", parent: .context(parent))
    span.end()
    #expect(try #require(span.recording).byteCount >= 512 + state.utf8.count)
    #expect(try #require(tracer.recent).byteCount >= 2 * state.utf8.count)
  }

  @Test("keeps its limits within their range", arguments: [Int.min, -1, 0, 1, .max])
  func limitRange(value: Int) {
    var limits = SpanLimits(
      attributes: value, events: value, links: value, eventAttributes: value, linkAttributes: value,
      valueLength: value)
    let expected = (min(max(value, 0), 1024), min(max(value, 0), 65_536))
    #expect(limits.attributes == expected.0 && limits.events == expected.0 && limits.links == expected.0)
    #expect(limits.valueLength == expected.1)
    #expect(limits.eventAttributes == expected.0 && limits.linkAttributes == expected.0)
    (limits.attributes, limits.events, limits.links) = (value, value, value)
    (limits.eventAttributes, limits.linkAttributes) = (value, value)
    limits.valueLength = value
    #expect(limits.eventAttributes == expected.0 && limits.linkAttributes == expected.0)
    #expect(limits.attributes == expected.0 && limits.valueLength == expected.1)
    let span = started { $0.limits = limits }.startSpan("a")
    span["a"] = "text"
    span["b"] = [1]
    span.addEvent("e")
    #expect(span.recording?.contents.attributes.attributes.count == min(max(value, 0), 2))
  }

  @Test("has limits of their own for the attributes of events and of links")
  func partLimits() throws {
    let tracer = started { $0.limits = SpanLimits(attributes: 1, eventAttributes: 2, linkAttributes: 3) }
    let attributes = (0..<5).map { TraceSpan.Attribute("\($0)", $0) }
    let context = TraceContext(traceID: .random(), spanID: .random())
    let span = tracer.startSpan("a", links: [.init(to: context, attributes: attributes)])
    for attribute in attributes { span[attribute.key] = attribute.value }
    span.addEvent("e", attributes: attributes)
    span.addLink(to: context, attributes: attributes)
    let contents = try #require(span.recording).contents
    let lists = [contents.attributes, contents.events[0].attributes] + contents.links.map(\.attributes)
    #expect(lists.map(\.attributes.count) == [1, 2, 3, 3])
    #expect(lists.map(\.dropped) == [4, 3, 2, 2])
  }

  @Test("is measured by the monotonic clock, whatever becomes of the time of day")
  func times() throws {
    let span = started().startSpan("a")
    clocks.advance(wall: -3_600_000_000_000, monotonic: 5)
    span.addEvent("back")
    clocks.advance(wall: 7_200_000_000_000, monotonic: 5)
    span.end()
    let recording = try #require(span.recording)
    #expect(recording.start == ManualClocks.wall)
    #expect(recording.contents.events.first?.time == ManualClocks.wall + 5)
    #expect(recording.end == ManualClocks.wall + 10)
  }

  @Test("has a start and an end of its own where they are given, in order and not to come")
  func givenTimes() throws {
    let tracer = started()
    let now = Duration.nanoseconds(ManualClocks.wall)
    let cases: [(start: Duration, end: Duration?, Int64, Int64)] = [
      (now - .seconds(10), now - .seconds(4), -10_000_000_000, -4_000_000_000),
      (now - .seconds(10), nil, -10_000_000_000, 0),
      (now - .seconds(1), now - .seconds(2), -1_000_000_000, -1_000_000_000),
      (now + .seconds(10), nil, 0, 0),
    ]
    for (start, end, expectedStart, expectedEnd) in cases {
      let span = tracer.startSpan("queue wait", parent: .none, at: start)
      span.end(at: end)
      #expect(span.recording?.start == ManualClocks.wall + expectedStart)
      #expect(span.recording?.end == ManualClocks.wall + expectedEnd)
    }
    let extreme = tracer.startSpan("a", parent: .none, at: .seconds(Int64.min))
    extreme.end(at: .seconds(Int64.max))
    #expect(extreme.recording?.start == .min && extreme.recording?.end == .max)
  }

  @Test("does nothing after its end, and counts that")
  func afterEnd() throws {
    let tracer = started()
    let span = tracer.startSpan("a")
    span["a"] = 1
    #expect(span.isRecording)
    span.end()
    clocks.advance(wall: 0, monotonic: 5)
    span.end()
    span["a"] = 2
    span.addEvent("e")
    span.addLink(to: try #require(span.context))
    span.status = .ok
    struct Problem: Error {}
    span.fail(Problem())
    #expect(!span.isRecording)
    #expect(span["a"] == 1)
    #expect(span.status == .unset)
    #expect(span.recording?.end == ManualClocks.wall)
    #expect(tracer.statistics.changesAfterEnd == 7)
    #expect(tracer.statistics.ended == 1)
    #expect(tracer.queue?.take(8).count == 1)
  }

  @Test("that is said to be fine stays so")
  func statuses() {
    let span = started().startSpan("a")
    span.status = .error("one")
    span.status = .unset
    #expect(span.status == .error("one"))
    span.status = .error("two")
    #expect(span.status == .error("two"))
    span.status = .ok
    span.status = .error("three")
    #expect(span.status == .ok)
    span.fail(CancellationError())
    #expect(span.status == .ok && span["error.type"] as String? == nil)
  }

  @Test("that nobody can end any more is counted and not kept")
  func abandoned() {
    let tracer = started()
    for _ in 0..<3 { _ = tracer.startSpan("a", parent: .none) }
    #expect(tracer.statistics.abandoned == 3 && tracer.statistics.active == 0)
    #expect(tracer.recent?.families.first?.active == 0)
    #expect(tracer.recent?.count == 0 && tracer.recent?.byteCount == 0)
  }
}

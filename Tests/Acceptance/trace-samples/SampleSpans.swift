// What is done with a random span, and what should a reader find of it?

import OTLPExport
import ObservabilityPlatform
import TestSupport
import TraceSpans

/// Makes spans, and describes each by what it was made with.
struct SampleSpans {
  let tracer = SpanTracer()
  private(set) var generator: SeededGenerator
  private let limits = SpanLimits(
    attributes: 12, events: 6, links: 5, eventAttributes: 9, linkAttributes: 7, valueLength: 65_536)
  /// The monotonic clock, which moves when it is told to.
  private let monotonic = Locked<Int64>(0)
  private let wall: Int64 = 1_800_000_000_000_000_000

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    var settings = SpanTracer.Settings()
    settings.sampler = .alwaysOn
    settings.limits = limits
    settings.queueCapacity = 1024
    settings.clock = SpanClock(
      wall: { [wall] in wall }, monotonic: { [monotonic] in monotonic.withLock { $0 } })
    tracer.start(settings)
  }

  /// For what is said of the resource.
  mutating func attributes() -> SampleAttributes { SampleAttributes(&generator, limit: 1000) }

  /// So many ended spans, each described.
  mutating func makeSpans() -> [String] {
    let count = Int.random(in: 1...60, using: &generator)
    return (0..<count).map { _ in makeSpan() }
  }

  private mutating func randomContext() -> TraceContext {
    let traceID = TraceID(high: .random(in: .min ... .max, using: &generator), low: 1)
    guard let traceID, let spanID = SpanID(.random(in: 1 ... .max, using: &generator)) else {
      fail("no identifier")
    }
    var state = TraceState()
    for key in ["a", "vendor/x", "other"] where Bool.random(using: &generator) {
      state = state.setting(key, to: "value of \(key)") ?? state
    }
    return TraceContext(
      traceID: traceID, spanID: spanID, flags: TraceFlags(rawValue: .random(in: 0...3, using: &generator)),
      state: state, isRemote: Bool.random(using: &generator))
  }

  /// The flags as OTLP has them: whether the other context is remote is always known.
  private func flags(_ own: TraceFlags, _ other: TraceContext?) -> String {
    let remote = other?.isRemote == true ? 0x300 : 0x100
    return "\(remote + (own.contains(.sampled) ? 1 : 0) + (own.contains(.random) ? 2 : 0))"
  }

  /// A span that has ended, described.
  private mutating func makeSpan() -> String {
    let parent = Bool.random(using: &generator) ? randomContext() : nil
    let kind = TraceSpan.Kind.allCases.randomElement(using: &generator) ?? .internal
    let name = String(SampleValue.text(&generator).prefix(30))
    let isNameFit = name.utf8.count <= 256
    let began = monotonic.withLock { $0 }
    let start = wall - .random(in: 0...1_000_000_000_000, using: &generator)
    let span = tracer.startSpan(
      isNameFit ? name : "x", kind: kind, parent: parent.map { .context($0) } ?? .none,
      at: .nanoseconds(start))
    guard let context = span.context else { fail("the tracer is not started") }

    let own = SampleAttributes(&generator, limit: limits.attributes)
    for attribute in own.attributes { span[attribute.key] = attribute.value }

    var events: [String] = []
    let eventCount = Int.random(in: 0...8, using: &generator)
    for _ in 0..<eventCount {
      let step = Int64.random(in: 0...1_000_000, using: &generator)
      let now = monotonic.withLock { time in
        time += step
        return time
      }
      let list = SampleAttributes(&generator, limit: limits.eventAttributes)
      let name = String(SampleValue.text(&generator).prefix(10))
      span.addEvent(name, attributes: list.attributes)
      guard events.count < limits.events else { continue }
      events.append(
        JSON.object([
          ("name", JSON.text(name)), ("time", "\(wall + now - began)"), ("attributes", list.description),
          ("dropped_attributes", "\(list.dropped)"),
        ]))
    }

    var links: [String] = []
    let linkCount = Int.random(in: 0...7, using: &generator)
    for _ in 0..<linkCount {
      let list = SampleAttributes(&generator, limit: limits.linkAttributes)
      let other = randomContext()
      span.addLink(to: other, attributes: list.attributes)
      guard links.count < limits.links else { continue }
      links.append(
        JSON.object([
          ("trace_id", JSON.text("\(other.traceID)")), ("span_id", JSON.text("\(other.spanID)")),
          ("trace_state", JSON.text(other.state.text)), ("flags", flags(other.flags, other)),
          ("attributes", list.description), ("dropped_attributes", "\(list.dropped)"),
        ]))
    }

    var status = JSON.object([("code", "0"), ("message", JSON.text(""))])
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: break
    case 1:
      span.status = .ok
      status = JSON.object([("code", "1"), ("message", JSON.text(""))])
    default:
      let message = SampleValue.text(&generator)
      span.status = .error(message)
      status = JSON.object([("code", "2"), ("message", JSON.text(message))])
    }

    let end = start + .random(in: 0...1_000_000_000_000, using: &generator)
    span.end(at: .nanoseconds(end))
    return JSON.object([
      ("trace_id", JSON.text("\(context.traceID)")), ("span_id", JSON.text("\(context.spanID)")),
      ("same_trace", JSON.text(parent.map { "\($0.traceID)" } ?? "")),
      ("parent_span_id", JSON.text(parent.map { "\($0.spanID)" } ?? "")),
      ("trace_state", JSON.text(parent?.state.text ?? "")),
      ("flags", flags((parent?.flags ?? .random).union(.sampled), parent)),
      ("name", JSON.text(isNameFit ? name : "x")), ("kind", "\(kind.rawValue)"), ("start", "\(start)"),
      ("end", "\(end)"), ("attributes", own.description), ("dropped_attributes", "\(own.dropped)"),
      ("events", JSON.array(events)), ("dropped_events", "\(eventCount - events.count)"),
      ("links", JSON.array(links)), ("dropped_links", "\(linkCount - links.count)"), ("status", status),
    ])
  }
}

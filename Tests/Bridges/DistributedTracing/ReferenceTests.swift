// Does the tracer do what the one that swift-distributed-tracing ships for tests does?

#if DistributedTracing
  import InMemoryTracing
  @testable import MailObservabilityDistributedTracing
  import Testing
  import TraceSpans
  import Tracing

  /// What a library does with a tracer.
  enum Scenario: String, CaseIterable, CustomTestStringConvertible {
    case kinds, nested, asynchronous, concurrent, thrown, errorWithAttributes, attributeTypes,
      attributesReplaced
    case attributesUpdated, events, links, statusOK, statusWithMessage, endedTwice, changedAfterTheEnd,
      renamed
    case instants, topLevelInside, contextByHand, detached, injectedAndExtracted, active, global

    var testDescription: String { rawValue }

    private struct Problem: Error {}
    private struct Described: CustomStringConvertible, Sendable { let description: String }

    func play<T: Tracer>(_ tracer: T) async {
      switch self {
      case .kinds:
        for kind in [SpanKind.server, .client, .producer, .consumer, .internal] {
          tracer.withSpan("\(kind)", ofKind: kind) { #expect($0.isRecording) }
        }
      case .nested:
        tracer.withSpan("a") { _ in
          tracer.withSpan("b") { _ in tracer.withSpan("c") { _ in } }
          tracer.withSpan("d") { _ in }
        }
      case .asynchronous:
        await tracer.withSpan("a") { _ in
          await Task.yield()
          await tracer.withSpan("b") { _ in await Task.yield() }
        }
      case .concurrent:
        await tracer.withSpan("a") { _ in
          await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { tracer.withSpan("b") { _ in } } }
          }
        }
      case .thrown:
        try? tracer.withSpan("a") { _ in throw Problem() }
      case .errorWithAttributes:
        tracer.withSpan("a") { $0.recordError(Problem(), attributes: ["exception.message": "said", "n": 1]) }
      case .attributeTypes:
        tracer.withSpan("a") { span in
          span.updateAttributes { attributes in
            attributes["text"] = "text"
            attributes["texts"] = ["a", "b"]
            attributes["int"] = 5
            attributes["int32"] = Int32(6)
            attributes["ints"] = [7, 8]
            attributes["int32s"] = [Int32(9)]
            attributes["double"] = 0.5
            attributes["doubles"] = [0.25, 0.125]
            attributes["bool"] = true
            attributes["bools"] = [true, false]
            attributes.set("described", value: .stringConvertible(Described(description: "d")))
            attributes.set("several", value: .stringConvertibleArray([Described(description: "e"), 1]))
          }
        }
      case .attributesReplaced:
        tracer.withSpan("a") { span in
          span.attributes = ["a": 1, "b": 2, "c": 3]
          #expect(span.attributes.count == 3)
          span.attributes = ["b": "two", "d": 4]
          span.attributes["d"] = nil
        }
      case .attributesUpdated:
        tracer.withSpan("a") { span in
          for key in 0..<20 { span.attributes["\(key)"] = key }
          span.attributes["5"] = "five"
          #expect(span.attributes["7"]?.toSpanAttribute() == .int64(7))
        }
      case .events:
        tracer.withSpan("a") { span in
          span.addEvent("plain")
          span.addEvent(SpanEvent(name: "rich", attributes: ["x": 1, "y": "z"]))
        }
      case .links:
        let other = tracer.startSpan("other")
        tracer.withSpan("a") { $0.addLink(other, attributes: ["why": "so"]) }
        other.end()
      case .statusOK: tracer.withSpan("a") { $0.setStatus(SpanStatus(code: .ok)) }
      case .statusWithMessage: tracer.withSpan("a") { $0.setStatus(SpanStatus(code: .error, message: "m")) }
      case .endedTwice:
        let span = tracer.startSpan("a")
        span.end()
        span.end()
        #expect(!span.isRecording)
      case .changedAfterTheEnd:
        let span = tracer.startSpan("a")
        span.attributes["a"] = 1
        span.end()
        span.operationName = "b"
        span.attributes = ["c": 1]
        span.addEvent("d")
        span.recordError(Problem())
        span.setStatus(SpanStatus(code: .error))
        span.addLink(span)
        #expect(span.operationName == "a" && span.attributes.count == 1)
      case .renamed:
        tracer.withSpan("a") { span in
          span.operationName = "GET /users/{id}"
          #expect(span.operationName == "GET /users/{id}")
        }
      case .instants:
        let start = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_000_000_001)
        let end = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 2_000_000_002)
        tracer.startSpan("a", at: start).end(at: end)
      case .topLevelInside:
        tracer.withSpan("a") { _ in
          tracer.withSpan("b", context: .topLevel) { _ in }
          ServiceContext.withValue(.topLevel) { tracer.withSpan("c") { _ in } }
        }
      case .contextByHand:
        let span = tracer.startSpan("a")
        tracer.withSpan("b", context: span.context) { _ in }
        ServiceContext.withValue(span.context) { tracer.withSpan("c") { _ in } }
        span.end()
      case .detached:
        await tracer.withSpan("a") { span in
          await Task.detached { tracer.withSpan("b") { _ in } }.value
          await Task.detached { tracer.withSpan("c", context: span.context) { _ in } }.value
          await Task { tracer.withSpan("d") { _ in } }.value
        }
      case .injectedAndExtracted:
        tracer.withSpan("a") { span in
          var carrier: [String: String] = [:]
          tracer.inject(span.context, into: &carrier, using: Fields())
          #expect(!carrier.isEmpty)
          var context = ServiceContext.topLevel
          tracer.extract(carrier, into: &context, using: Fields())
          tracer.withSpan("b", context: context) { _ in }
          var nothing = ServiceContext.topLevel
          tracer.extract([:], into: &nothing, using: Fields())
          #expect(nothing.isEmpty)
          var empty: [String: String] = [:]
          tracer.inject(.topLevel, into: &empty, using: Fields())
          #expect(empty.isEmpty)
        }
      case .active:
        let span = tracer.startSpan("a")
        tracer.activeSpan(identifiedBy: span.context)?.attributes["found"] = true
        span.end()
        #expect(tracer.activeSpan(identifiedBy: span.context) == nil)
        #expect(tracer.activeSpan(identifiedBy: .topLevel) == nil)
      case .global:
        await withTracer(tracer) {
          await Tracing.withSpan("a", ofKind: .server) { _ in
            let span = Tracing.startSpan("b")
            span.end()
            Tracing.withSpan("c") { $0.attributes["x"] = 1 }
            await Tracing.withSpan("d") { _ in await Task.yield() }
          }
        }
      }
    }
  }

  @Suite("Beside the tracer for tests, a mail server's tracer")
  struct ReferenceTests {
    @Test("makes the same spans", arguments: Scenario.allCases)
    func same(_ scenario: Scenario) async {
      let (reference, ours) = (InMemoryTracer(), SpanTracer.started())
      await scenario.play(reference)
      await scenario.play(DistributedTracer(ours, believesCallers: true))
      let (expected, found) = (reference.ended, ours.ended)
      #expect(!expected.isEmpty)
      #expect(found == expected)
    }
  }
#endif

// What did a tracer make of a scenario, in words that two tracers share?

#if DistributedTracing
  import InMemoryTracing
  @testable import MailObservabilityDistributedTracing
  @testable import TraceSpans
  import Tracing

  /// A span that has ended, by names where tracers have identifiers.
  struct EndedSpan: Equatable {
    var name: String
    var kind: String
    var parent: String?
    var attributes: [String: String]
    /// With those of errors, by name.
    var events: [String]
    var links: [String]
    var status: String
    /// Where a scenario has given them.
    var times: [UInt64]
  }

  extension SpanAttributes {
    /// As text, numbers of any width alike.
    var texts: [String: String] {
      var texts: [String: String] = [:]
      forEach { key, value in
        switch value {
        case .int32(let value): texts[key] = "\(value)"
        case .int64(let value): texts[key] = "\(value)"
        case .int32Array(let values): texts[key] = "\(values)"
        case .int64Array(let values): texts[key] = "\(values)"
        case .double(let value): texts[key] = "\(value)"
        case .doubleArray(let values): texts[key] = "\(values)"
        case .bool(let value): texts[key] = "\(value)"
        case .boolArray(let values): texts[key] = "\(values)"
        case .string(let value): texts[key] = value
        case .stringArray(let values): texts[key] = "\(values)"
        case .stringConvertible(let value): texts[key] = "\(value)"
        case .stringConvertibleArray(let values): texts[key] = "\(values.map(\.description))"
        default: texts[key] = "?"
        }
      }
      return texts
    }
  }

  /// Before what a scenario gives as times, and after it are those of the clock.
  private func given(_ times: [UInt64]) -> [UInt64] { times.map { $0 < 1 << 50 ? $0 : 0 } }

  private func event(_ name: String, _ attributes: [String: String]) -> String {
    ([name] + attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
  }

  extension InMemoryTracer {
    /// Those that have ended, in the order in which they did.
    var ended: [EndedSpan] {
      let spans = popFinishedSpans()
      let names = Dictionary(spans.map { ($0.spanID, $0.operationName) }) { first, _ in first }
      return spans.map { span in
        var events = span.events.map { event($0.name, $0.attributes.texts) }
        for error in span.errors {
          var attributes = error.attributes.texts
          attributes["exception.type"] = attributes["exception.type"] ?? "\(type(of: error.error))"
          events.append(event("exception", attributes))
        }
        var status = "unset"
        switch span.status?.code {
        case .ok: status = "ok"
        case .error: status = "error \(span.status?.message ?? "")"
        case nil: break
        }
        return EndedSpan(
          name: span.operationName, kind: "\(span.kind)", parent: span.parentSpanID.map { names[$0] ?? "?" },
          attributes: span.attributes.texts, events: events.sorted(),
          links: span.links.map { names[$0.context.inMemorySpanContext?.spanID ?? ""] ?? "?" },
          status: status,
          times: given([span.startInstant.nanosecondsSinceEpoch, span.endInstant.nanosecondsSinceEpoch]))
      }
    }
  }

  extension SpanTracer {
    /// One whose ended spans wait for ``ended``.
    static func started(_ sampler: TraceSampler = .alwaysOn) -> SpanTracer {
      let tracer = SpanTracer()
      var settings = Settings()
      settings.sampler = sampler
      settings.queueCapacity = 4096
      tracer.start(settings)
      return tracer
    }

    /// Those that have ended, in the order in which they did.
    var ended: [EndedSpan] {
      let spans = queue?.take(4096) ?? []
      let names = Dictionary(spans.map { ($0.context.spanID, $0.name) }) { first, _ in first }
      return spans.map { span in
        let contents = span.contents
        func texts(_ list: AttributeList) -> [String: String] { SpanAttributes(list.attributes).texts }
        var status = "unset"
        switch contents.status {
        case .unset: break
        case .ok: status = "ok"
        case .error(let message): status = "error \(message)"
        }
        var attributes = texts(contents.attributes)
        // What a span says of its error is this library's own.
        attributes["error.type"] = nil
        return EndedSpan(
          name: span.name, kind: "\(span.kind)", parent: span.parent.map { names[$0.spanID] ?? "?" },
          attributes: attributes,
          events: contents.events.map { event($0.name, texts($0.attributes)) }.sorted(),
          links: contents.links.map { names[$0.context.spanID] ?? "?" }, status: status,
          times: given([UInt64(clamping: span.start), UInt64(clamping: span.end ?? 0)]))
      }
    }
  }
#endif

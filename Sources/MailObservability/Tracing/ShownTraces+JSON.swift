// How do programs read the recent traces?

import MetricExposition
import TraceSpans

extension ShownTraces {
  /// One object: `families`, or `traces`. Times are seconds since 1970, durations seconds.
  var json: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("bytes")
      json.integer(bytes)
      if let traces {
        json.key("traces_left_out")
        json.integer(tracesLeftOut)
        json.key("traces")
        json.array { json in for trace in traces { write(trace, to: &json) } }
      } else {
        json.key("families")
        json.array { json in for family in families { write(family, to: &json) } }
      }
    }
    return json.bytes
  }

  private func write(_ family: RecentFamily, to json: inout JSONText) {
    json.object { json in
      json.key("name")
      json.string(family.name)
      json.key("active")
      json.integer(family.active)
      json.key("ended")
      json.integer(Int(clamping: family.ended))
      json.key("errors")
      json.integer(Int(clamping: family.errors))
      json.key("latencies")
      json.array { json in
        for (bound, count) in zip(LatencyClass.bounds, family.classes) {
          json.object { json in
            json.key("at_least")
            json.number(Double(bound) / 1e9)
            json.key("count")
            json.integer(Int(clamping: count))
          }
        }
      }
    }
  }

  private func write(_ trace: RecentTrace, to json: inout JSONText) {
    json.object { json in
      json.key("family")
      json.string(trace.family)
      json.key("name")
      json.string(trace.name)
      json.key("trace_id")
      json.string(trace.context.traceID.description)
      json.key("start")
      json.number(Double(trace.start) / 1e9)
      json.key("duration")
      if let end = trace.end { json.number((Double(end) - Double(trace.start)) / 1e9) } else { json.null() }
      json.key("has_errors")
      json.bool(trace.hasErrors)
      json.key("is_sampled")
      json.bool(trace.isSampled)
      json.key("spans_left_out")
      json.integer(trace.leftOut)
      json.key("spans")
      json.array { json in for span in trace.spans { write(span, to: &json) } }
    }
  }

  private func write(_ span: SpanRecording, to json: inout JSONText) {
    let contents = span.contents
    json.object { json in
      json.key("name")
      json.string(span.name)
      json.key("span_id")
      json.string(span.context.spanID.description)
      json.key("parent_id")
      if let parent = span.parent { json.string(parent.spanID.description) } else { json.null() }
      json.key("kind")
      json.string("\(span.kind)")
      json.key("start")
      json.number(Double(span.start) / 1e9)
      json.key("duration")
      json.number((Double(span.end ?? span.start) - Double(span.start)) / 1e9)
      json.key("status")
      switch contents.status {
      case .unset: json.null()
      case .ok: json.string("ok")
      case .error(let message): json.string(message.isEmpty ? "error" : "error: \(message)")
      }
      json.key("attributes")
      write(contents.attributes, to: &json)
      json.key("events")
      json.array { json in
        for event in contents.events {
          json.object { json in
            json.key("name")
            json.string(event.name)
            json.key("time")
            json.number(Double(event.time) / 1e9)
            json.key("attributes")
            write(event.attributes, to: &json)
          }
        }
      }
      json.key("links")
      json.array { json in for link in contents.links { json.string(link.context.traceparent) } }
    }
  }

  private func write(_ list: AttributeList, to json: inout JSONText) {
    json.object { json in
      for attribute in list.attributes {
        json.key(attribute.key)
        switch attribute.value {
        case .integer(let value): json.integer(value)
        case .double(let value): json.number(value)
        case .boolean(let value): json.bool(value)
        default: json.string(SpanRecording.text(of: attribute.value))
        }
      }
    }
  }
}

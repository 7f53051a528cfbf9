// Which of the recent traces did somebody ask for?

import EndpointMessages
import ObservabilityEndpoints
import TraceSpans

/// What a request is answered with: all families in figures, or some traces.
struct ShownTraces {
  /// Nil where families were asked for.
  let traces: [RecentTrace]?
  let families: [RecentFamily]
  let bytes: Int
  /// How many traces and spans were asked for and are not shown, for their size.
  let tracesLeftOut: Int

  /// How many spans there was no room for since the start.
  let spansLeftOut: UInt64
  /// What was asked for.
  let heading: String
  /// The same as a query that may stand in a link, up to its last `&`; empty for the families.
  let query: String

  /// About how many bytes of spans are shown at once.
  private static let limit = 1 << 20

  init(_ query: EndpointQuery, of recent: RecentTraces?) {
    families = recent?.families ?? []
    bytes = recent?.byteCount ?? 0
    spansLeftOut = recent?.spansLeftOut ?? 0
    heading = ShownTraces.heading(query)
    self.query = ["family", "select", "trace", "message", "queue"].reduce(into: "") { result, name in
      guard let value = query[name], value.utf8.count <= 512 else { return }
      result += "\(name)=\(HTMLText.encoded(value))&amp;"
    }
    guard let found = ShownTraces.found(query, of: recent) else {
      traces = nil
      tracesLeftOut = 0
      return
    }
    var left = ShownTraces.limit
    let shown = found.prefix { trace in
      defer { left -= 256 + trace.spans.reduce(0) { $0 + $1.byteCount } }
      return left > 0
    }
    traces = Array(shown)
    tracesLeftOut = found.count - shown.count
  }

  private static func found(_ query: EndpointQuery, of recent: RecentTraces?) -> [RecentTrace]? {
    if let text = query["trace"] { return TraceID(text).flatMap { recent?.traces($0) } ?? [] }
    if let text = query["message"] { return recent?.traces(where: "mail.message_id", is: text) ?? [] }
    if let text = query["queue"] { return recent?.traces(where: "mail.queue_id", is: text) ?? [] }
    guard let family = query["family"] else { return nil }
    return recent?.traces(of: family, selection(query)) ?? []
  }

  private static func selection(_ query: EndpointQuery) -> RecentSelection {
    switch query["select"] {
    case "active": .active
    case "errors": .errors
    case let text?: Int(text).map { .latency($0) } ?? .newest
    case nil: .newest
    }
  }

  private static func heading(_ query: EndpointQuery) -> String {
    for name in ["trace", "message", "queue"] {
      // A text that is searched for may have any length.
      if let text = query[name] { return "\(name) \(String(text.unicodeScalars.prefix(200)))" }
    }
    let family = String((query["family"] ?? "").unicodeScalars.prefix(200))
    switch selection(query) {
    case .active: return "\(family), active"
    case .newest: return "\(family), newest"
    case .errors: return "\(family), with errors"
    case .latency(let index):
      return classNames.indices.contains(index) ? "\(family), \(classNames[index])" : family
    }
  }

  /// How the classes are called.
  static let classNames = [
    "≥ 0 s", "≥ 5 ms", "≥ 10 ms", "≥ 50 ms", "≥ 100 ms", "≥ 300 ms", "≥ 1 s", "≥ 10 s",
  ]
}

extension RecentTrace {
  /// Until when the trace is shown: the end of its last span, or of its root.
  var lastEnd: Int64 { spans.reduce(end ?? start) { max($0, $1.end ?? $0) } }
}

extension SpanRecording {
  /// The attributes with their values as text.
  static func text(of value: TraceSpan.AttributeValue) -> String {
    switch value {
    case .string(let value): value
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .strings(let values): values.joined(separator: ", ")
    case .integers(let values): values.map { "\($0)" }.joined(separator: ", ")
    case .doubles(let values): values.map { "\($0)" }.joined(separator: ", ")
    case .booleans(let values): values.map { "\($0)" }.joined(separator: ", ")
    }
  }
}

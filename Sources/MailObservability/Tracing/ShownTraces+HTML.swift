// How do people read the recent traces?

import ObservabilityEndpoints
import ObservabilityPlatform
import TraceSpans

extension ShownTraces {
  /// A page without a script. Links are queries, so that they lead here whatever a proxy has put before the
  /// path.
  var html: String {
    var body = HTMLText()
    body.raw("<h1><a href=\"?\">recent traces</a></h1><div class=\"find\">")
    for name in ["message", "queue", "trace"] {
      body.raw("<form><label>\(name) <input name=\"\(name)\"></label> <button>find</button></form>")
    }
    body.raw("</div>")
    if let traces {
      body.raw("<h2>")
      body.plain(heading)
      body.raw("</h2>")
      if traces.isEmpty { body.raw("<p>There is none.</p>") }
      for trace in traces { write(trace, isOnly: traces.count == 1, to: &body) }
      if tracesLeftOut > 0 { body.raw("<p>\(tracesLeftOut) more are too long to be shown at once.</p>") }
    } else {
      write(families, to: &body)
    }
    return """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>recent traces</title>
      <meta name="viewport" content="width=device-width">
      <style>\(ShownTraces.style)</style></head>
      <body>\(body.text)</body></html>

      """
  }

  private static let style = """
    :root{color-scheme:light dark;--line:#8885;--bar:#4583cc;--bad:#c62828}\
    @media(prefers-color-scheme:dark){:root{--bad:#ff7b72}}\
    body{font:15px/1.45 system-ui,sans-serif;max-width:72em;margin:0 auto;padding:1em}\
    h1{font-size:1.4em;margin:0 0 .6em}h2{font-size:1.15em;margin:1.2em 0 .4em}\
    h3{font-size:1em;margin:0;overflow-wrap:anywhere}\
    .find{display:flex;flex-wrap:wrap;gap:.5em 1.5em}input{width:13em;font:inherit}button{font:inherit}\
    .scroll{overflow-x:auto}table{border-collapse:collapse;margin-top:1em;font-variant-numeric:tabular-nums}\
    td,th{padding:.25em .7em;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}\
    th:first-child,td:first-child{text-align:left;min-width:6em;max-width:16em;white-space:normal;\
    overflow-wrap:anywhere}\
    .none{opacity:.45}.bad,.bad a{color:var(--bad)}small,.note{opacity:.75}\
    section{border-top:1px solid var(--line);padding:.7em 0}section p{margin:.1em 0 .5em}\
    code{font-size:.9em;overflow-wrap:anywhere}\
    summary{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr) 7em;gap:.2em .8em;\
    align-items:center;cursor:pointer;padding:.15em 0}\
    summary:hover{background:#8881}\
    .name{margin-left:calc(var(--depth)*1em);overflow-wrap:anywhere;unicode-bidi:isolate}\
    details:not([open]) .name{max-height:2.9em;overflow:hidden}\
    .name::before{content:"\\25B8";opacity:.6;margin-right:.4em}[open]>summary .name::before{content:"\\25BE"}\
    .track{position:relative;height:.8em;background:#8882;border-radius:2px}.track i{position:absolute;height:100%}\
    .bar{background:var(--bar);border-radius:2px;min-width:2px}.bad .bar{background:var(--bad)}\
    .event{width:2px;margin-left:-1px;background:CanvasText}\
    .time{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
    dl{display:grid;grid-template-columns:fit-content(16em) minmax(0,1fr);gap:.1em .9em;\
    margin:.2em 0 .7em calc(var(--depth)*1em + 1.2em)}\
    .bad dl{color:CanvasText}.bad dd:first-of-type{color:var(--bad)}\
    dt{opacity:.75}dt,dd{overflow-wrap:anywhere;unicode-bidi:isolate}\
    dd{margin:0;max-height:12em;overflow-y:auto;white-space:pre-wrap}\
    @media(max-width:38em){summary{grid-template-columns:minmax(0,1fr) auto}.track{grid-row:2;grid-column:1/3}\
    dl{grid-template-columns:minmax(0,1fr);margin-left:calc(var(--depth)*1em + 1em)}dd{margin:0 0 .3em 1em}}
    """

  // MARK: - Families

  private func write(_ families: [RecentFamily], to body: inout HTMLText) {
    guard !families.isEmpty else { return body.raw("<p>No trace has begun yet.</p>") }
    body.raw("<div class=\"scroll\"><table><tr><th>family</th><th>active</th>")
    for name in ShownTraces.classNames { body.raw("<th>\(name)</th>") }
    body.raw("<th>errors</th><th>ended</th></tr>")
    for family in families {
      func cell(_ select: String, _ count: UInt64, isBad: Bool = false) {
        guard count > 0 else { return body.raw("<td class=\"none\">0</td>") }
        let query = "?family=\(HTMLText.encoded(family.name))&amp;select=\(select)"
        body.raw("<td\(isBad ? " class=\"bad\"" : "")><a href=\"\(query)\">\(count)</a></td>")
      }
      body.raw("<tr><td>")
      body.plain(family.name)
      body.raw("</td>")
      cell("active", UInt64(max(family.active, 0)))
      for (index, count) in family.classes.enumerated() { cell("\(index)", count) }
      cell("errors", family.errors, isBad: true)
      cell("newest", family.ended)
      body.raw("</tr>")
    }
    body.raw(
      """
      </table></div><p class="note">Traces since the start, by how long they took. Of each number the newest \
      few can be looked at: they take \((bytes + 1023) / 1024) KiB. For want of room \(spansLeftOut) spans were \
      left out.</p>
      """)
  }

  // MARK: - One trace

  private func write(_ trace: RecentTrace, isOnly: Bool, to body: inout HTMLText) {
    body.raw("<section><h3\(trace.hasErrors ? " class=\"bad\"" : "")>")
    body.plain(trace.name)
    body.raw(" <small>– ")
    body.plain(trace.end.map { ShownTraces.duration($0, since: trace.start) } ?? "active")
    if trace.hasErrors { body.raw(", with errors") }
    body.raw("</small></h3><p><small>")
    body.plain("\(trace.family), since \(ShownTraces.moment(trace.start)), trace ")
    body.raw("<a href=\"?trace=\(trace.context.traceID)\"><code>\(trace.context.traceID)</code></a>")
    if !trace.isSampled { body.raw(", not sampled") }
    if trace.leftOut > 0 { body.raw(", \(trace.leftOut) spans left out") }
    body.raw("</small></p>")
    for (span, depth) in trace.tree { write(span, depth: depth, of: trace, isOpen: isOnly, to: &body) }
    body.raw("</section>")
  }

  private func write(
    _ span: SpanRecording, depth: Int, of trace: RecentTrace, isOpen: Bool, to body: inout HTMLText
  ) {
    let length = max(Double(trace.lastEnd) - Double(trace.start), 1)
    /// In hundredths of the trace's length, to two digits.
    func place(_ time: Int64) -> Double {
      (min(max((Double(time) - Double(trace.start)) / length, 0), 1) * 1e4).rounded() / 100
    }
    let end = span.end ?? span.start
    let contents = span.contents
    var hasFailed = false
    if case .error = contents.status { hasFailed = true }
    let marks = (isOpen || hasFailed ? " open" : "") + (hasFailed ? " class=\"bad\"" : "")
    body.raw("<details\(marks) style=\"--depth:\(min(depth, 12))\"><summary><span class=\"name\">")
    body.plain(span.name)
    let (left, right) = (place(span.start), place(end))
    body.raw(
      "</span><span class=\"track\"><i class=\"bar\" style=\"left:\(left)%;width:\(right - left)%\"></i>")
    for event in contents.events { body.raw("<i class=\"event\" style=\"left:\(place(event.time))%\"></i>") }
    body.raw("</span><span class=\"time\">\(ShownTraces.duration(end, since: span.start))</span></summary>")
    write(contents, of: span, to: &body)
    body.raw("</details>")
  }

  private func write(_ contents: SpanContents, of span: SpanRecording, to body: inout HTMLText) {
    body.raw("<dl>")
    switch contents.status {
    case .unset: break
    case .ok: body.term("status", "ok")
    case .error(let message): body.term("status", message.isEmpty ? "error" : "error: \(message)")
    }
    for attribute in contents.attributes.attributes {
      body.term(attribute.key, SpanRecording.text(of: attribute.value))
    }
    for event in contents.events {
      let attributes = event.attributes.attributes.map { "\($0.key)=\(SpanRecording.text(of: $0.value))" }
      let text = ([event.name] + attributes).joined(separator: " ")
      body.term("+\(ShownTraces.duration(event.time, since: span.start))", text)
    }
    for link in contents.links {
      let id = link.context.traceID.description
      body.raw("<dt>link</dt><dd><a href=\"?trace=\(id)\"><code>\(id)</code></a></dd>")
    }
    let dropped = contents.attributes.dropped + contents.droppedEvents + contents.droppedLinks
    if dropped > 0 { body.term("left out", "\(dropped)") }
    body.term("span", "\(span.context.spanID), \(span.kind)")
    if let parent = span.parent, parent.isRemote {
      body.term("parent", "\(parent.spanID), of another process or before a restart")
    }
    body.raw("</dl>")
  }

  // MARK: - Times

  /// The time between two moments in nanoseconds, to three digits; from a minute on to the second.
  static func duration(_ end: Int64, since start: Int64) -> String {
    let nanoseconds = max(Double(end) - Double(start), 0)
    func rounded(_ value: Double) -> String {
      let scale: Double = value < 10 ? 100 : value < 100 ? 10 : 1
      let text = "\((value * scale).rounded() / scale)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    switch nanoseconds {
    case ..<999_500: return "\(rounded(nanoseconds / 1e3)) µs"
    case ..<999_500_000: return "\(rounded(nanoseconds / 1e6)) ms"
    case ..<60e9: return "\(rounded(nanoseconds / 1e9)) s"
    default:
      let seconds = Int(nanoseconds / 1e9)
      return seconds < 3600
        ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
  }

  /// A moment in nanoseconds since 1970, in UTC and to the millisecond.
  static func moment(_ nanoseconds: Int64) -> String {
    guard nanoseconds >= 0 else { return "before 1970" }
    func digits(_ number: Int, _ count: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(count - text.count, 0)) + text
    }
    let time = CivilTime(secondsSince1970: nanoseconds / 1_000_000_000)
    let day = "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
    let clock = "\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
    return "\(day) \(clock).\(digits(Int(nanoseconds / 1_000_000 % 1000), 3)) UTC"
  }
}

extension RecentTrace {
  /// The spans with those that belong to them behind, by when they began, and how deep each is.
  fileprivate var tree: [(span: SpanRecording, depth: Int)] {
    let known = Set(spans.map(\.context.spanID))
    var children: [SpanID: [SpanRecording]] = [:]
    var waiting: [(SpanRecording, Int)] = []
    for span in spans.sorted(by: { $0.start > $1.start }) {
      if let parent = span.parent?.spanID, known.contains(parent) {
        children[parent, default: []].append(span)
      } else {
        waiting.append((span, 0))
      }
    }
    var result: [(span: SpanRecording, depth: Int)] = []
    while let (span, depth) = waiting.popLast() {
      result.append((span, depth))
      waiting += (children[span.context.spanID] ?? []).map { ($0, depth + 1) }
    }
    return result
  }
}

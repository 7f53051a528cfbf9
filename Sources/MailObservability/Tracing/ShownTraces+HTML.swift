// How do people read the recent traces?

import TraceSpans

extension ShownTraces {
  /// A page without a script. Links are queries, so that they lead here whatever a proxy has put before the
  /// path.
  var html: String {
    var body = HTMLText()
    body.raw("<h1><a href=\"?\">recent traces</a></h1>")
    body.raw("<form><label>message <input name=\"message\"></label><button>find</button></form>")
    body.raw("<form><label>queue <input name=\"queue\"></label><button>find</button></form>")
    body.raw("<form><label>trace <input name=\"trace\"></label><button>find</button></form>")
    if let traces {
      if traces.isEmpty { body.raw("<p>There is none.</p>") }
      for trace in traces { write(trace, to: &body) }
      if tracesLeftOut > 0 { body.raw("<p>\(tracesLeftOut) more are too long to be shown at once.</p>") }
    } else {
      write(families, to: &body)
      body.raw("<p>They take \(bytes) bytes.</p>")
    }
    return """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>recent traces</title>
      <meta name="viewport" content="width=device-width">
      <style>:root{color-scheme:light dark}body{font:15px/1.4 system-ui,sans-serif;margin:1em}\
      table{border-collapse:collapse}td,th{padding:.2em .6em;text-align:right;border-bottom:1px solid #8886}\
      th:first-child,td:first-child{text-align:left}form{display:inline-block;margin:0 1em 1em 0}\
      .bar{background:#48c;height:.5em;min-width:2px}.failed .bar{background:#d33}.track{width:20em}\
      dl{margin:.2em 0 .2em 2em;overflow-wrap:anywhere;unicode-bidi:isolate}dt{float:left;clear:left;\
      font-weight:bold;margin-right:.5em}h2{font-size:1.1em;margin:1.2em 0 .2em}code{overflow-wrap:anywhere}</style></head>
      <body>\(body.text)</body></html>

      """
  }

  private func write(_ families: [RecentFamily], to body: inout HTMLText) {
    body.raw("<table><tr><th>family</th><th>active</th>")
    for name in ShownTraces.classNames { body.raw("<th>\(name)</th>") }
    body.raw("<th>errors</th><th>newest</th></tr>")
    for family in families {
      func cell(_ select: String, _ text: String) {
        body.raw(
          "<td><a href=\"?family=\(HTMLText.encoded(family.name))&amp;select=\(select)\">\(text)</a></td>")
      }
      body.raw("<tr><td>")
      body.plain(family.name)
      body.raw("</td>")
      cell("active", "\(family.active)")
      for (index, count) in family.classes.enumerated() { cell("\(index)", "\(count)") }
      cell("errors", "\(family.errors)")
      cell("newest", "\(family.ended)")
      body.raw("</tr>")
    }
    body.raw("</table>")
  }

  private func write(_ trace: RecentTrace, to body: inout HTMLText) {
    body.raw(trace.hasErrors ? "<h2 class=\"failed\">" : "<h2>")
    body.plain(trace.name)
    body.raw(" – ")
    body.plain(trace.end.map { ShownTraces.duration($0, since: trace.start) } ?? "active")
    body.raw("</h2><p><a href=\"?trace=\(trace.context.traceID)\"><code>\(trace.context.traceID)</code></a>")
    if trace.leftOut > 0 { body.raw(", \(trace.leftOut) spans left out") }
    body.raw("</p>")
    let length = max(Double(trace.lastEnd) - Double(trace.start), 1)
    for span in trace.spans.sorted(by: { $0.start < $1.start }) {
      let end = span.end ?? span.start
      let offset = min(max((Double(span.start) - Double(trace.start)) / length, 0), 1) * 100
      let width = min(max((Double(end) - Double(span.start)) / length * 100, 0), 100 - offset)
      var hasFailed = false
      if case .error = span.status { hasFailed = true }
      body.raw(hasFailed ? "<div class=\"failed\">" : "<div>")
      body.raw(
        "<div class=\"track\"><div class=\"bar\" style=\"margin-left:\(offset)%;width:\(width)%\"></div></div>"
      )
      body.plain("\(span.name), \(ShownTraces.duration(end, since: span.start))")
      write(span.contents, of: span, to: &body)
      body.raw("</div>")
    }
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
    body.raw("</dl>")
  }

  /// The time between two moments in nanoseconds, to a thousandth of its unit.
  static func duration(_ end: Int64, since start: Int64) -> String {
    let nanoseconds = Double(end) - Double(start)
    func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
    return nanoseconds >= 1e9 ? "\(rounded(nanoseconds / 1e9)) s" : "\(rounded(nanoseconds / 1e6)) ms"
  }
}

// How do people read the recent traces?

import ObservabilityEndpoints
import ObservabilityPlatform
import TraceSpans

extension ShownTraces {
  /// A page without a script. Links are queries, so that they lead here whatever a proxy has put before the
  /// path.
  func page(_ navigation: PageNavigation) -> WebPage {
    var page = WebPage("recent traces", navigation)
    page.query = query
    page.body.raw("<p><a href=\"?\">all families</a></p><div class=\"find\">")
    for name in ["message", "queue", "trace"] {
      page.body.raw(
        "<form><label>\(name) <input name=\"\(name)\"></label> <button>find \(name)</button></form>")
    }
    page.body.raw("</div>")
    if let traces {
      page.body.raw("<h2>")
      page.body.plain(heading)
      page.body.raw("</h2>")
      if traces.isEmpty { page.body.raw("<p>There is none.</p>") }
      for trace in traces { write(trace, isOnly: traces.count == 1, to: &page.body) }
      if tracesLeftOut > 0 { page.body.raw("<p>\(tracesLeftOut) more are too long to be shown at once.</p>") }
    } else {
      write(families, to: &page.body)
    }
    return page
  }

  // MARK: - Families

  private func write(_ families: [RecentFamily], to body: inout HTMLText) {
    guard !families.isEmpty else { return body.raw("<p>No trace has begun yet.</p>") }
    body.raw(
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"families\"><table class=\"figures\">")
    let columns = ["family", "active"] + ShownTraces.classNames + ["errors", "ended"]
    body.raw("<thead><tr>\(columns.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead><tbody>")
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
      </tbody></table></div><p class="dim">Traces since the start, by how long they took. Of each number the newest \
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
    /// In ten thousandths of the trace's length.
    func place(_ time: Int64) -> Int {
      Int((min(max((Double(time) - Double(trace.start)) / length, 0), 1) * 1e4).rounded())
    }
    let end = span.end ?? span.start
    let contents = span.contents
    var hasFailed = false
    if case .error = contents.status { hasFailed = true }
    let marks =
      "class=\"d\(min(depth, 12))\(hasFailed ? " bad" : "")\"" + (isOpen || hasFailed ? " open" : "")
    body.raw("<details \(marks)><summary><span class=\"name\">")
    body.plain(span.name)
    let (left, right) = (min(place(span.start), 9980), place(end))
    // Drawn, and not styled: the policy of the page admits one style, which is the same for all of them.
    body.raw(
      "</span><svg class=\"track\" viewBox=\"0 0 10000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    )
    body.raw("<rect class=\"bar\" x=\"\(left)\" width=\"\(max(right - left, 20))\" height=\"10\"/>")
    for event in contents.events {
      body.raw("<rect class=\"event\" x=\"\(min(place(event.time), 9980))\" width=\"20\" height=\"10\"/>")
    }
    body.raw("</svg><span class=\"time\">\(ShownTraces.duration(end, since: span.start))</span></summary>")
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
    ShownTime.duration(nanoseconds: Double(end) - Double(start))
  }

  /// A moment in nanoseconds since 1970, in UTC and to the millisecond.
  static func moment(_ nanoseconds: Int64) -> String { ShownTime.moment(nanoseconds) }
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

// How do people read a debugging page?

import ObservabilityPlatform

extension DebugPage {
  func webPage(_ navigation: PageNavigation) -> WebPage {
    var page = WebPage(title, navigation)
    for part in parts {
      switch part {
      case .note(let text):
        page.body.raw("<p>")
        page.body.plain(text)
        page.body.raw("</p>\n")
      case .facts(let facts):
        page.body.raw("<dl>")
        for (name, value) in facts {
          page.body.raw("<dt>")
          page.body.plain(name)
          page.body.raw("</dt><dd>")
          value.write(to: &page.body, navigation)
          page.body.raw("</dd>")
        }
        page.body.raw("</dl>\n")
      case .table(let table): table.write(to: &page.body, navigation)
      }
    }
    if leftOut > 0 {
      page.body.raw("<p class=\"bad\">There was no room for \(leftOut) more parts of this page.</p>\n")
    }
    return page
  }
}

extension DebugPage.Table {
  fileprivate func write(to body: inout HTMLText, _ navigation: PageNavigation) {
    body.raw("<h2>")
    body.plain(title)
    body.raw("</h2>\n")
    if rows.isEmpty, leftOut == 0 { return body.raw("<p class=\"dim\">There is none.</p>\n") }
    // The roles are there for narrow screens, where the style makes of the table what browsers take for none.
    body.raw("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"")
    body.plain(title)
    body.raw("\"><table class=\"cards\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">")
    // A column of numbers is set to the right, what is missing in it included.
    let marks = columns.indices.map { index in
      rows.contains { $0[index].isNumber } && rows.allSatisfy { $0[index].isNumber || $0[index].isNothing }
        ? " class=\"number\"" : ""
    }
    for (column, mark) in zip(columns, marks) {
      body.raw("<th scope=\"col\" role=\"columnheader\"\(mark)>")
      body.plain(column)
      body.raw("</th>")
    }
    body.raw("</tr></thead><tbody role=\"rowgroup\">")
    for row in rows {
      body.raw("<tr role=\"row\">")
      for (index, value) in row.enumerated() {
        let column = columns[index]
        body.raw("<td role=\"cell\"\(marks[index])>")
        body.raw("<span class=\"label\" aria-hidden=\"true\">")
        body.plain(column)
        body.raw("</span><span>")
        value.write(to: &body, navigation)
        body.raw("</span></td>")
      }
      body.raw("</tr>\n")
    }
    body.raw("</tbody></table></div>\n")
    if leftOut > 0 { body.raw("<p class=\"dim\">\(leftOut) more are not shown.</p>\n") }
  }
}

extension DebugPage.Value {
  fileprivate var isNothing: Bool { if case .none = content { true } else { false } }

  fileprivate var isNumber: Bool {
    switch content {
    case .integer, .number, .duration: true
    case .none, .text, .flag, .moment, .link: false
    }
  }

  fileprivate func write(to body: inout HTMLText, _ navigation: PageNavigation) {
    switch content {
    case .none: body.raw("<span class=\"none\">–</span>")
    case .text(let text): body.plain(text)
    case .integer(let number): body.raw("\(number)")
    case .number(let number): body.raw("\(number)")
    case .flag(let flag): body.raw(flag ? "yes" : "no")
    case .duration(let duration): body.raw(ShownTime.duration(duration))
    case .moment(let moment): body.raw(ShownTime.moment(moment, toMilliseconds: false))
    case .link(let text, let page, let query):
      body.raw("<a href=\"")
      body.plain(navigation.link(to: page) + (query.isEmpty ? "" : "?" + query))
      body.raw("\">")
      body.plain(text)
      body.raw("</a>")
    }
  }
}

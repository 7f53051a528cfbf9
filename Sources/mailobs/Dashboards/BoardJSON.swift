// How does a board look to Grafana? By the schema of its version 10, which later ones read.

import MetricExposition

/// Writes one board of a set.
struct BoardJSON {
  /// Grafana 10.
  static let schema = 39
  /// What all boards of mail servers have, of whichever host.
  static let tag = "mail-observability"

  let board: Board
  let set: BoardSet

  var bytes: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.member("uid", set.uid(board.name))
      json.member("title", board.title + set.titleSuffix)
      json.member("description", board.description)
      json.key("tags")
      json.array { json in
        json.string(BoardJSON.tag)
        json.string(set.tag)
      }
      json.member("timezone", "browser")
      json.member("editable", true)
      json.member("graphTooltip", 1)
      json.member("schemaVersion", BoardJSON.schema)
      json.member("version", 1)
      json.member("refresh", "30s")
      json.key("time")
      json.object { json in
        json.member("from", "now-3h")
        json.member("to", "now")
      }
      json.key("links")
      json.array { boards(&$0) }
      json.key("templating")
      json.object { json in
        json.key("list")
        json.array { json in
          for variable in BoardVariable.all(namespace: set.namespace) { write(variable, to: &json) }
        }
      }
      json.key("annotations")
      json.object { json in
        json.key("list")
        json.array { json in
          for annotation in Annotation.all { write(annotation, to: &json) }
        }
      }
      json.key("panels")
      json.array { json in
        for (index, placed) in BoardLayout.place(board.rows).enumerated() {
          write(placed, id: index + 1, to: &json)
        }
      }
    }
    return json.bytes.indentedJSON
  }

  // MARK: - Links

  /// Every other board of the same set, whichever a host has.
  private func boards(_ json: inout JSONText) {
    json.link(title: "Mail", type: "dashboards", url: "", tags: [set.tag], keepsVariables: true)
  }

  /// To a board with what is chosen and the time that is shown.
  func link(to name: BoardName, _ json: inout JSONText) {
    let variables = BoardVariable.all(namespace: set.namespace).map { "${\($0.name):queryparam}" }
    let title = set.boards.first { $0.name == name }?.title ?? name.rawValue
    json.link(
      title: title, type: "link",
      url: "/d/\(set.uid(name))?" + (variables + ["${__url_time_range}"]).joined(separator: "&"))
  }

  /// To the traces of the time that is shown; the data source of metrics says what leads from an exemplar to its trace.
  func traces(_ json: inout JSONText) {
    let panes =
      #"{"a":{"datasource":"${traces}","queries":[{"refId":"A","queryType":"traceqlSearch","limit":20}],"#
      + #""range":{"from":"${__from}","to":"${__to}"}}}"#
    json.link(
      title: "Traces of this time", type: "link",
      url: "/explore?schemaVersion=1&panes=" + panes.percentEncoded)
  }

  // MARK: - Variables and annotations

  private func write(_ variable: BoardVariable, to json: inout JSONText) {
    json.object { json in
      switch variable {
      case .dataSource(let name, let label, let plugin):
        json.member("name", name)
        json.member("label", label)
        json.member("type", "datasource")
        json.member("query", plugin)
        json.member("refresh", 1)
      case .query(let name, let label, let query, let regex, let current):
        json.member("name", name)
        json.member("label", label)
        json.member("type", "query")
        json.source()
        json.key("query")
        json.object { json in
          json.member("query", query.text(prefix: set.prefix))
          json.member("refId", name)
        }
        json.member("regex", regex)
        json.member("refresh", 2)
        json.member("sort", 1)
        json.member("includeAll", current == nil)
        json.member("multi", current == nil)
        json.key("current")
        json.object { json in
          json.member("text", current ?? "All")
          json.member("value", current ?? "$__all")
        }
      }
      json.member("hide", 0)
    }
  }

  private func write(_ annotation: Annotation, to json: inout JSONText) {
    json.object { json in
      json.member("name", annotation.name)
      json.source()
      json.member("enable", true)
      json.member("iconColor", annotation.meaning.colour)
      json.member("expr", annotation.expression.text(prefix: set.prefix))
      json.member("step", Annotation.step)
      json.member("titleFormat", annotation.title)
    }
  }
}

extension BoardVariable {
  var name: String {
    switch self {
    case .dataSource(let name, _, _), .query(let name, _, _, _, _): name
    }
  }
}

extension JSONText {
  mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(value)
  }

  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// The data source of metrics that is chosen.
  mutating func source() {
    key("datasource")
    object { json in
      json.member("type", "prometheus")
      json.member("uid", "${datasource}")
    }
  }

  /// A link with every field that Grafana's own type has.
  mutating func link(
    title: String, type: String, url: String, tags: [String] = [], keepsVariables: Bool = false
  ) {
    object { json in
      json.member("title", title)
      json.member("type", type)
      json.member("icon", "external link")
      json.member("tooltip", "")
      json.member("url", url)
      json.key("tags")
      json.array { json in for tag in tags { json.string(tag) } }
      json.member("asDropdown", false)
      json.member("targetBlank", false)
      json.member("includeVars", keepsVariables)
      json.member("keepTime", keepsVariables)
    }
  }
}

extension String {
  /// As the value of a query, with Grafana's variables left as they are.
  fileprivate var percentEncoded: String {
    var result = ""
    var rest = self[...]
    while let first = rest.unicodeScalars.first {
      if rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") {
        result += rest[...end]
        rest = rest[end...].dropFirst()
        continue
      }
      rest = Substring(rest.unicodeScalars.dropFirst())
      if first.isASCII, first.properties.isAlphabetic || first.properties.numericType != nil {
        result.unicodeScalars.append(first)
      } else {
        for byte in String(first).utf8 {
          let digits = String(byte, radix: 16, uppercase: true)
          result += "%" + (byte < 16 ? "0" : "") + digits
        }
      }
    }
    return result
  }
}

// How do programs read a debugging page?

import MetricExposition
import ObservabilityPlatform

extension DebugPage {
  /// One object: `title`, `time` in seconds since 1970, `facts` by their names, `tables` whose `rows` are objects by column, and
  /// `notes`. Durations and moments are seconds.
  var json: [UInt8] {
    var json = JSONText()
    json.object { json in
      json.key("title")
      json.string(title.cut(to: Self.longestName))
      json.key("time")
      json.number(WallClock.now.seconds)
      json.key("facts")
      json.object { json in
        for case .facts(let facts) in parts {
          for (name, value) in facts {
            json.key(name)
            value.write(to: &json)
          }
        }
      }
      json.key("tables")
      json.array { json in for case .table(let table) in parts { table.write(to: &json) } }
      json.key("notes")
      json.array { json in for case .note(let text) in parts { json.string(text) } }
      json.key("left_out")
      json.integer(leftOut)
    }
    return json.bytes
  }
}

extension DebugPage.Table {
  fileprivate func write(to json: inout JSONText) {
    json.object { json in
      json.key("title")
      json.string(title)
      json.key("rows")
      json.array { json in
        for row in rows {
          json.object { json in
            for (column, value) in zip(columns, row) {
              json.key(column)
              value.write(to: &json)
            }
          }
        }
      }
      json.key("left_out")
      json.integer(leftOut)
    }
  }
}

extension DebugPage.Value {
  fileprivate func write(to json: inout JSONText) {
    switch content {
    case .none: json.null()
    case .text(let text), .link(let text, _, _): json.string(text)
    case .integer(let number): json.integer(Int(clamping: number))
    case .number(let number): json.number(number)
    case .flag(let flag): json.bool(flag)
    case .duration(let duration): json.number(duration.seconds)
    case .moment(let moment): json.number(Double(moment) / 1e9)
    }
  }
}

// How does a panel look to Grafana?

import MetricExposition

extension BoardJSON {
  func write(_ placed: PlacedPanel, id: Int, to json: inout JSONText) {
    json.object { json in
      json.member("id", id)
      switch placed {
      case .row(let title, _):
        json.member("type", "row")
        json.member("title", title)
        json.member("collapsed", false)
        json.place(placed.position)
        json.key("panels")
        json.array { _ in }
      case .panel(let panel, _):
        json.member("type", panel.kind.plugin)
        json.member("title", panel.title)
        json.member("description", panel.description)
        json.source()
        json.place(placed.position)
        json.key("links")
        json.array { json in
          if let next = panel.next, next != board.name, set.boards.contains(where: { $0.name == next }) {
            link(to: next, &json)
          }
          if panel.hasExemplars { traces(&json) }
        }
        json.key("fieldConfig")
        json.object { json in
          json.key("defaults")
          json.object { panel.defaults(&$0) }
          json.key("overrides")
          json.array { panel.overrides(set.values, &$0) }
        }
        json.key("options")
        json.object { panel.options(&$0) }
        json.key("targets")
        json.array { json in
          for (index, query) in panel.queries.enumerated() { write(query, index, of: panel, to: &json) }
        }
      }
    }
  }

  private func write(_ query: Query, _ index: Int, of panel: Panel, to json: inout JSONText) {
    json.object { json in
      json.member("refId", String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index))))
      json.source()
      json.member("editorMode", "code")
      json.member("expr", query.expression.text(prefix: set.prefix))
      json.member("legendFormat", query.legend)
      json.member("format", panel.kind == .heatMap ? "heatmap" : "time_series")
      json.member("instant", panel.isInstant)
      json.member("range", !panel.isInstant)
      json.member("exemplar", panel.hasExemplars && query.hasExemplars)
    }
  }
}

extension JSONText {
  fileprivate mutating func place(_ position: GridPosition) {
    key("gridPos")
    object { json in
      json.member("h", position.height)
      json.member("w", position.width)
      json.member("x", position.x)
      json.member("y", position.y)
    }
  }

  mutating func text(_ name: String, _ members: KeyValuePairs<String, String>) {
    key(name)
    object { json in for (name, value) in members { json.member(name, value) } }
  }

  /// The last value of each series.
  mutating func lastValue() {
    key("reduceOptions")
    object { json in
      json.key("calcs")
      json.array { $0.string("lastNotNull") }
      json.member("fields", "")
      json.member("values", false)
    }
  }
}

extension Panel.Kind {
  var plugin: String {
    switch self {
    case .stat, .names: "stat"
    case .lines, .logarithmicLines, .areas: "timeseries"
    case .heatMap: "heatmap"
    case .states: "state-timeline"
    case .bars: "bargauge"
    }
  }

  var isGraph: Bool { plugin == "timeseries" }
}

// MARK: - Fields

extension Panel {
  /// What the states of numbers are called.
  private var states: [(value: String, text: String, meaning: Meaning)] {
    switch unit {
    case Unit.health: [("1", "pass", .good), ("0.5", "warning", .warning), ("0", "failure", .bad)]
    case Unit.service: [("1", "in service", .good), ("0", "out of service", .warning)]
    default: []
    }
  }

  fileprivate func defaults(_ json: inout JSONText) {
    json.member("unit", states.isEmpty ? unit : "short")
    if isInstant { json.member("noValue", noValue) }
    if kind.isGraph, kind != .logarithmicLines { json.member("min", 0) }
    if let maximum {
      json.key("max")
      json.number(maximum)
    }
    json.key("color")
    json.object { json in
      json.member("mode", thresholds.isEmpty && kind != .stat ? "palette-classic-by-name" : "thresholds")
    }
    json.key("thresholds")
    json.object { json in
      json.member("mode", "absolute")
      json.key("steps")
      json.array { json in
        for threshold in thresholds.isEmpty ? [Threshold(from: nil, meaning: .good)] : thresholds {
          json.object { json in
            json.key("value")
            if let from = threshold.from { json.number(from) } else { json.null() }
            json.member("color", threshold.meaning.colour)
          }
        }
      }
    }
    if !states.isEmpty { mappings(&json) }
    if kind.isGraph {
      json.key("custom")
      json.object { graph(&$0) }
    } else if kind == .states {
      json.key("custom")
      json.object { json in
        json.member("lineWidth", 0)
        json.member("fillOpacity", 90)
      }
    }
  }

  private func mappings(_ json: inout JSONText) {
    json.key("mappings")
    json.array { json in
      json.object { json in
        json.member("type", "value")
        json.key("options")
        json.object { json in
          for (index, state) in states.enumerated() {
            json.key(state.value)
            json.object { json in
              json.member("text", state.text)
              json.member("color", state.meaning.colour)
              json.member("index", index)
            }
          }
        }
      }
    }
  }

  private func graph(_ json: inout JSONText) {
    json.member("drawStyle", "line")
    json.member("lineWidth", kind == .areas ? 1 : 2)
    json.member("fillOpacity", kind == .areas ? 50 : 0)
    json.member("showPoints", "never")
    json.member("spanNulls", false)
    json.text("stacking", ["group": "A", "mode": kind == .areas ? "normal" : "none"])
    json.key("scaleDistribution")
    json.object { json in
      json.member("type", kind == .logarithmicLines ? "log" : "linear")
      if kind == .logarithmicLines { json.member("log", 10) }
    }
    json.text("thresholdsStyle", ["mode": thresholds.isEmpty ? "off" : "line"])
  }

  /// A colour for each curve whose name is known.
  fileprivate func overrides(_ values: ClosedValues, _ json: inout JSONText) {
    guard kind.isGraph else { return }
    for (name, colour) in colours(values) {
      json.object { json in
        json.text("matcher", ["id": "byName", "options": name])
        json.key("properties")
        json.array { json in
          json.object { json in
            json.member("id", "color")
            json.text("value", ["mode": "fixed", "fixedColor": colour])
          }
        }
      }
    }
  }
}

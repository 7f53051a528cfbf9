// How is each kind of panel drawn?

import MetricExposition

extension Panel {
  func options(_ json: inout JSONText) {
    switch kind {
    case .stat, .names:
      json.member("graphMode", "none")
      json.member("colorMode", thresholds.isEmpty ? "none" : "value")
      json.member("justifyMode", "auto")
      json.member("textMode", kind == .names ? "value_and_name" : "value")
      json.member("orientation", kind == .names ? "horizontal" : "auto")
      json.lastValue()
    case .lines, .logarithmicLines, .areas:
      legend(&json)
      json.text("tooltip", ["mode": "multi", "sort": "desc"])
    case .heatMap: heatMap(&json)
    case .states:
      json.member("showValue", "never")
      json.key("rowHeight")
      json.number(0.9)
      json.member("mergeValues", true)
      json.member("alignValue", "left")
      legend(&json)
      json.text("tooltip", ["mode": "single", "sort": "none"])
    case .bars:
      json.member("displayMode", "basic")
      json.member("valueMode", "text")
      json.member("showUnfilled", true)
      json.member("minVizWidth", 0)
      json.member("minVizHeight", 10)
      json.member("orientation", "horizontal")
      json.lastValue()
    }
  }

  private func legend(_ json: inout JSONText) {
    json.key("legend")
    json.object { json in
      json.member("displayMode", "list")
      json.member("placement", "bottom")
      json.member("showLegend", true)
      json.key("calcs")
      json.array { json in if kind.isGraph { json.string("lastNotNull") } }
    }
  }

  private func heatMap(_ json: inout JSONText) {
    json.member("calculate", false)
    json.key("color")
    json.object { json in
      json.member("mode", "scheme")
      json.member("scheme", "Viridis")
      json.member("fill", "dark-orange")
      json.member("scale", "exponential")
      json.key("exponent")
      json.number(0.5)
      json.member("steps", 64)
      json.member("reverse", false)
    }
    json.key("filterValues")
    json.object { json in
      json.key("le")
      json.number(1e-9)
    }
    json.text("rowsFrame", ["layout": "auto"])
    json.member("showValue", "never")
    json.member("cellGap", 1)
    json.key("yAxis")
    json.object { json in
      json.member("unit", unit)
      json.member("axisPlacement", "left")
    }
    json.key("legend")
    json.object { $0.member("show", true) }
    json.key("tooltip")
    json.object { json in
      json.member("show", true)
      json.member("yHistogram", true)
    }
    json.key("exemplars")
    json.object { $0.member("color", Meaning.mark.colour) }
  }
}

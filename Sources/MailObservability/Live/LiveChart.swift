// What is one chart of the live page?

import MetricExposition
import MetricInstruments

/// The parts of the page, in their order.
enum LiveSection: String, CaseIterable, Sendable {
  case flow, people, who, machine, library

  var title: String {
    switch self {
    case .flow: "Is mail flowing?"
    case .people: "Are people served?"
    case .who: "Who is it?"
    case .machine: "The machine"
    case .library: "The library itself"
    }
  }
}

/// A line of a chart.
struct LiveLine: Sendable {
  let name: String
  /// Of the history.
  let column: Int
  /// What makes the unit of the chart of the unit of the series.
  let scale: Double
}

/// Some lines of one unit; of a histogram its quantiles, and a heat map below them.
struct LiveChart: Sendable {
  /// The quantiles that are shown.
  static let quantiles: [(name: String, share: Double)] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]

  let id: String
  let section: LiveSection
  let title: String
  let unit: String
  let lines: [LiveLine]
  /// The place of the histogram; then there are no lines.
  let histogram: Int?

  init(_ id: String, in section: LiveSection, _ title: String, unit: String, _ lines: [LiveLine]) {
    (self.id, self.section, self.title, self.unit, self.lines) = (id, section, title, unit, lines)
    histogram = nil
  }

  init(_ id: String, in section: LiveSection, _ title: String, unit: String, histogram: Int) {
    (self.id, self.section, self.title, self.unit, self.histogram) = (id, section, title, unit, histogram)
    lines = []
  }

  /// The bounds of a latency are seconds, and shown as milliseconds.
  static let secondsScale = 1000.0

  // MARK: - As JSON

  /// What does not change.
  func writeLayout(_ series: LiveSeries, to json: inout JSONText) {
    json.object { json in
      for (key, text) in [("id", id), ("section", section.rawValue), ("title", title), ("unit", unit)] {
        json.key(key)
        json.string(text)
      }
      json.key("lines")
      json.array { json in
        for line in lines { json.string(line.name) }
        if histogram != nil { for quantile in LiveChart.quantiles { json.string(quantile.name) } }
      }
      guard let histogram else { return }
      json.key("bounds")
      json.array { json in
        for bound in series.histograms[histogram].bounds { json.number(bound * LiveChart.secondsScale) }
      }
    }
  }

  /// Of each line the value now, and its values at the points; of one that never changes the first of them alone.
  func writeValues(_ points: HistoryPoints, _ series: LiveSeries, to json: inout JSONText) {
    json.array { json in
      for line in lines {
        write(points.latest[line.column] * line.scale, points.count, to: &json) { point in
          Double(points.value(line.column, at: point)) * line.scale
        }
      }
      guard let place = histogram else { return }
      let histogram = series.histograms[place]
      for quantile in LiveChart.quantiles {
        let latest = histogram.quantile(quantile.share) { points.latest[histogram.column + $0] }
        write(latest * LiveChart.secondsScale, points.count, to: &json) { point in
          LiveChart.secondsScale
            * histogram.quantile(quantile.share) { Double(points.value(histogram.column + $0, at: point)) }
        }
      }
    }
  }

  private func write(
    _ latest: Double, _ count: Int, to json: inout JSONText, _ value: (Int) -> Double
  ) {
    let values = (0..<count).map(value)
    let isConstant = values.allSatisfy { $0 == values[0] || ($0.isNaN && values[0].isNaN) }
    json.array { json in
      json.rounded(latest)
      for value in values.prefix(isConstant ? 1 : count) { json.rounded(value) }
    }
  }

  /// Of each bucket, the lowest first, a digit or letter for each point: the more observations, the higher, a step for each
  /// factor of the square root of two; a space where there is nothing to tell.
  func writeHeat(_ points: HistoryPoints, _ series: LiveSeries, to json: inout JSONText) {
    guard let place = histogram else { return json.null() }
    let histogram = series.histograms[place]
    json.array { json in
      for bucket in 0..<histogram.buckets {
        let levels = (0..<points.count).map { point in
          LiveChart.level(Double(points.value(histogram.column + bucket, at: point)))
        }
        json.string(String(decoding: levels, as: UTF8.self))
      }
    }
  }

  static func level(_ count: Double) -> UInt8 {
    guard count >= 0 else { return UInt8(ascii: " ") }
    guard count >= 0.5 else { return UInt8(ascii: "0") }
    var (level, bound) = (1, 1.0)
    while level < 35, count >= bound * 1.414 { (level, bound) = (level + 1, bound * 1.414) }
    return UInt8(level < 10 ? 48 + level : 87 + level)
  }
}

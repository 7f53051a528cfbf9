// How does a terminal show what the live page shows?

import ObservabilityPlatform

/// The lines of one picture, each no wider than the terminal.
struct TopScreen {
  private let columns: Int
  private(set) var lines: [String] = []

  /// - Parameters:
  ///   - problem: why the newest answer is an older one; nil when it is not.
  ///   - columns: how many fit on a line, from 1 to 400.
  init(_ data: TopData, unansweredFor problem: String? = nil, columns: Int) {
    self.columns = min(max(columns, 1), 400)
    if let problem {
      add("✕ The server does not answer: \(problem.oneLine(atMost: 1024))")
      add("  What is below is what it said last.")
    }
    add("\(data.service.oneLine(atMost: 64)) – the last \(TopScreen.span(data))")
    for (level, text) in data.verdict {
      add("\(TopScreen.sign(level)) \(text.oneLine(atMost: 1024))")
    }
    for section in data.sections {
      add("")
      add(section.title.oneLine(atMost: 64).uppercased())
      for chart in data.charts where chart.section == section.id { add(chart) }
      for list in data.lists where list.section == section.id {
        let rows = list.rows.map { "\($0.0.oneLine(atMost: 64)) \($0.1.oneLine(atMost: 32))" }
        add("  \(list.title.oneLine(atMost: 64)): \(rows.joined(separator: ", "))")
      }
    }
    guard !data.traces.isEmpty else { return }
    add("")
    add("RECENT TRACES WITH ERRORS, OR OF OVER A SECOND")
    for trace in data.traces {
      let duration = trace.milliseconds.map { "\(TopScreen.number($0)) ms" } ?? "active"
      add("  \(trace.hasErrors ? "✕" : " ") \(trace.name.oneLine(atMost: 256)) – \(duration)")
    }
  }

  private static func span(_ data: TopData) -> String {
    let points = data.charts.lazy.flatMap(\.lines).map(\.points.count).max() ?? 0
    let seconds = points * data.step
    return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
  }

  private static func sign(_ level: String) -> String {
    switch level {
    case "good": "✓"
    case "warning": "!"
    default: "✕"
    }
  }

  private mutating func add(_ text: String) {
    // Where the text is cut if it does not fit.
    var (cut, width) = (text.startIndex, 0)
    for index in text.indices {
      width += text[index].columns
      guard width <= columns else { return lines.append(text[..<cut] + "…") }
      if width < columns { cut = text.index(after: index) }
    }
    lines.append(text)
  }

  /// The lines that have something to tell; one that has nothing stands for all of a chart without.
  private mutating func add(_ chart: TopData.Chart) {
    let busy = chart.lines.filter { line in (line.now ?? 0) != 0 || line.points.contains { ($0 ?? 0) != 0 } }
    guard !busy.isEmpty else { return add("  \(chart.title.oneLine(atMost: 64)): nothing") }
    add("  \(chart.title.oneLine(atMost: 64)), \(chart.unit.oneLine(atMost: 32))")
    let highest = busy.lazy.flatMap(\.points).reduce(0.0) { max($0, $1 ?? 0) }
    for line in busy {
      let name = String(line.name.oneLine(atMost: 64).prefix(16))
      let now = line.now.map { TopScreen.number($0) } ?? "–"
      let head =
        "    " + name + String(repeating: " ", count: 17 - name.count)
        + String(repeating: " ", count: max(7 - now.count, 0)) + now + " "
      add(head + TopScreen.bars(line.points, highest: highest, width: columns - head.count))
    }
  }

  /// The newest points as blocks, the highest of as many as one block stands for; a space is a gap.
  static func bars(_ points: [Double?], highest: Double, width: Int) -> String {
    guard width > 0, !points.isEmpty else { return "" }
    let share = (points.count + width - 1) / width
    let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return String(
      stride(from: 0, to: points.count, by: share).map { start -> Character in
        let some = points[start..<min(start + share, points.count)].compactMap { $0 }
        guard let value = some.max() else { return " " }
        let share = value / highest
        guard highest > 0, share > 0 else { return blocks[0] }
        // In floating point: a server may say that something is infinite.
        return blocks[Int(min((share * 8).rounded(.up), 8)) - 1]
      })
  }

  /// A number to three digits.
  static func number(_ value: Double) -> String {
    guard value.magnitude < 1e15 else { return "–" }
    if value.magnitude >= 10_000_000 { return "\(Int((value / 1_000_000).rounded()))M" }
    if value.magnitude >= 10_000 { return "\(Int((value / 1000).rounded()))k" }
    if value.magnitude >= 100 || value == value.rounded() { return "\(Int(value.rounded()))" }
    let scale: Double = value.magnitude >= 10 ? 10 : value.magnitude >= 1 ? 100 : 1000
    return "\((value * scale).rounded() / scale)"
  }
}

extension Character {
  /// How many columns of a terminal it takes: two where it is as wide as an ideograph.
  ///
  /// Source: Unicode Standard Annex #11, whole blocks at a time.
  fileprivate var columns: Int {
    unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
        0x1AFF0...0x1B2FF,
        0x20000...0x3FFFD, 0xFE0F:
        true
      default: scalar.properties.isEmojiPresentation
      }
    } ? 2 : 1
  }
}

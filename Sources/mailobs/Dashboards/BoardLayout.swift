// Where does each panel stand in Grafana's grid?

/// A panel's place. The grid has 24 columns; rows grow downwards.
struct GridPosition: Equatable, Sendable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int
}

/// A row's head or a panel, with its place.
enum PlacedPanel: Equatable, Sendable {
  case row(String, GridPosition)
  case panel(Panel, GridPosition)

  var position: GridPosition {
    switch self {
    case .row(_, let position), .panel(_, let position): position
    }
  }
}

enum BoardLayout {
  static let columns = 24

  /// Panels from left to right and from top to bottom, a row's under its head. What a line has left over is shared by its
  /// panels, so that those left out leave no holes.
  static func place(_ rows: [Board.Row]) -> [PlacedPanel] {
    var placed: [PlacedPanel] = []
    var y = 0
    for row in rows {
      placed.append(.row(row.title, GridPosition(x: 0, y: y, width: columns, height: 1)))
      y += 1
      for line in lines(row.panels) {
        placed += place(line, y)
        y += line.map(\.height).max() ?? 0
      }
    }
    return placed
  }

  private static func lines(_ panels: [Panel]) -> [[Panel]] {
    var lines: [[Panel]] = []
    var used = columns
    for panel in panels {
      if used + panel.width > columns || lines.last?.last?.height != panel.height {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(panel)
      used += panel.width
    }
    return lines
  }

  private static func place(_ line: [Panel], _ y: Int) -> [PlacedPanel] {
    let spare = columns - line.reduce(0) { $0 + $1.width }
    var x = 0
    return line.enumerated().map { index, panel in
      let width = panel.width + spare / line.count + (index < spare % line.count ? 1 : 0)
      defer { x += width }
      return .panel(panel, GridPosition(x: x, y: y, width: width, height: panel.height))
    }
  }
}

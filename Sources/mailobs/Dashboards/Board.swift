// What is a board made of, before it is JSON?

import MailObservability

/// The boards that there are; the raw value is the name of the file.
enum BoardName: String, CaseIterable, Sendable {
  case overview, delivery, mailboxes, queue, security, runtime

  /// The groups of which a host must export one, or there is no such board.
  var groups: Set<MetricGroup> {
    switch self {
    case .overview, .runtime: .all
    case .delivery: [.smtp, .delivery, .mail]
    case .mailboxes: [.imap, .jmap, .push]
    case .queue: [.queue, .storage]
    case .security: [.authentication, .tls, .policy, .smtp]
    }
  }
}

struct Board: Equatable, Sendable {
  let name: BoardName
  let title: String
  let description: String
  var rows: [Row]

  struct Row: Equatable, Sendable {
    let title: String
    var panels: [Panel]

    /// - Parameter next: where the panels lead that say nothing else.
    init(_ title: String, next: BoardName? = nil, _ panels: [Panel]) {
      self.title = title
      self.panels = panels.map { panel in
        var panel = panel
        panel.next = panel.next ?? next
        return panel
      }
    }
  }

  /// Only what a host's metrics can fill.
  func keeping(where exists: (String) -> Bool) -> Board {
    var board = self
    board.rows = rows.compactMap { row in
      var row = row
      row.panels = row.panels.compactMap { panel in
        var panel = panel
        let all = panel.queries.count
        panel.queries.removeAll { !$0.expression.families.allSatisfy(exists) }
        let isPartial = panel.queries.count < all
        return panel.queries.isEmpty || isPartial && panel.needsAll ? nil : panel
      }
      return row.panels.isEmpty ? nil : row
    }
    return board
  }
}

struct Query: Equatable, Sendable {
  let expression: Expression
  /// May name labels, `{{reason}}`.
  let legend: String

  init(_ expression: Expression, _ legend: String) {
    self.expression = expression
    self.legend = legend
  }
}

struct Panel: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    /// One number of now, large.
    case stat
    /// One number of now for each series, with the series' name.
    case names
    case lines
    /// Lines whose values lie orders of magnitude apart.
    case logarithmicLines
    /// Areas that add up.
    case areas
    case heatMap
    /// Colours over time, a row a series.
    case states
    /// One bar a series, of now.
    case bars
  }

  /// What colours a number: the colour from a value on, of which the first has no bound.
  struct Threshold: Equatable, Sendable {
    let from: Double?
    let meaning: Meaning
  }

  let title: String
  let kind: Kind
  let unit: String
  /// Which question it answers, and what is normal.
  let description: String
  var queries: [Query]
  var width: Int
  var thresholds: [Threshold]
  var maximum: Double?
  /// Where the next question is answered.
  var next: BoardName?
  /// Whether a part of its queries does not answer its question.
  var needsAll: Bool
  /// What a number shows that has no value.
  var noValue: String

  init(
    _ title: String, _ kind: Kind, _ unit: String, width: Int? = nil, thresholds: [Threshold] = [],
    maximum: Double? = nil, next: BoardName? = nil, needsAll: Bool = false, noValue: String = "no data",
    _ description: String, _ queries: [Query]
  ) {
    self.title = title
    self.kind = kind
    self.unit = unit
    self.width = width ?? (kind == .stat ? 4 : 8)
    self.thresholds = thresholds
    self.maximum = maximum
    self.next = next
    self.needsAll = needsAll
    self.noValue = noValue
    self.description = description
    self.queries = queries
  }

  var height: Int { kind == .stat || kind == .names ? 4 : 8 }

  /// Whether it shows the values of now alone.
  var isInstant: Bool { kind == .stat || kind == .names || kind == .bars }

  /// Whether a point of it may lead to a trace.
  var hasExemplars: Bool {
    (kind == .lines || kind == .logarithmicLines || kind == .heatMap)
      && queries.contains { $0.hasExemplars }
  }
}

extension Query {
  /// Exemplars belong to buckets.
  var hasExemplars: Bool { expression.text.contains("_bucket{") }
}

extension [Panel.Threshold] {
  /// Good below the first number, bad from the second on.
  static func rising(_ warning: Double, _ bad: Double) -> [Panel.Threshold] {
    [
      .init(from: nil, meaning: .good), .init(from: warning, meaning: .warning),
      .init(from: bad, meaning: .bad),
    ]
  }

  /// A warning from a number on below which there is as good as none.
  static func above(_ warning: Double) -> [Panel.Threshold] {
    [.init(from: nil, meaning: .good), .init(from: warning, meaning: .warning)]
  }

  /// Bad below the first number, good from the second on.
  static func falling(_ bad: Double, _ good: Double) -> [Panel.Threshold] {
    [
      .init(from: nil, meaning: .bad), .init(from: bad, meaning: .warning), .init(from: good, meaning: .good),
    ]
  }
}

// What does the live page's data say, one answer after the other?

/// What is known of a server from the answers of its `/live-data`.
struct TopData: Equatable, Sendable {
  struct Line: Equatable, Sendable {
    let name: String
    var now: Double?
    /// The newest last; nil for a gap.
    var points: [Double?]
  }

  struct Chart: Equatable, Sendable {
    let title: String
    let unit: String
    let section: String
    var lines: [Line]
  }

  static let version = 1

  private(set) var service = ""
  private(set) var epoch = ""
  private(set) var last = 0
  /// The time of the newest answer by the server's clock, in seconds since 1970.
  private(set) var at = 0.0
  private(set) var step = 1
  private(set) var charts: [Chart] = []
  private(set) var sections: [(id: String, title: String)] = []
  private(set) var verdict: [(level: String, text: String)] = []
  private(set) var lists: [(section: String, title: String, rows: [(String, String)])] = []
  private(set) var traces: [(at: Double, milliseconds: Double?, name: String, hasErrors: Bool)] = []
  private var mostPoints = 300

  /// Nil for what is no first answer of the version that is known, or has an epoch that no query could name.
  init?(_ first: JSONTree) {
    guard first["v"].integer == TopData.version, case .array(let layouts) = first["charts"],
      TopData.isName(first["epoch"].string)
    else { return nil }
    service = first["service"].string
    epoch = first["epoch"].string
    // At most a day, so that no multiple of it is too large.
    step = min(max(first["step"].integer ?? 1, 1), 86_400)
    mostPoints = min(max(first["points"].integer ?? 300, 1), 10_000)
    sections = first["sections"].members.map { ($0["id"].string, $0["title"].string) }
    charts = layouts.map { layout in
      Chart(
        title: layout["title"].string, unit: layout["unit"].string, section: layout["section"].string,
        lines: layout["lines"].members.map { Line(name: $0.string, now: nil, points: []) })
    }
    take(first)
  }

  /// Whether it is a word of ASCII, which stands in a query as it is.
  private static func isName(_ text: String) -> Bool {
    1...64 ~= text.utf8.count
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
  }

  /// Adds what is new. False where the server has begun anew, and a first answer has to be asked for.
  mutating func add(_ answer: JSONTree) -> Bool {
    guard answer["v"].integer == TopData.version, answer["epoch"].string == epoch,
      case .null = answer["charts"]
    else { return false }
    take(answer)
    return true
  }

  private mutating func take(_ answer: JSONTree) {
    last = answer["last"].integer ?? last
    at = answer["at"].double ?? at
    let count = min(answer["marks"].members.count, mostPoints)
    for (chart, values) in zip(charts.indices, answer["values"].members) {
      for (line, value) in zip(charts[chart].lines.indices, values.members) {
        charts[chart].lines[line].now = value.members.first?.double
        var points = value.members.dropFirst().map(\.double)
        // One that never changes comes with one value.
        while points.count < count { points.append(points.first ?? nil) }
        let all = charts[chart].lines[line].points + points.prefix(count)
        charts[chart].lines[line].points = Array(all.suffix(mostPoints))
      }
    }
    verdict = answer["verdict"].members.map { ($0["level"].string, $0["text"].string) }
    if case .array(let lists) = answer["lists"] {
      self.lists = lists.map { list in
        (
          list["section"].string, list["title"].string,
          list["rows"].members.map { ($0.members.first?.string ?? "", $0.members.last?.string ?? "") }
        )
      }
    }
    if case .array(let traces) = answer["traces"] {
      self.traces = traces.map {
        ($0["at"].double ?? 0, $0["ms"].double, $0["name"].string, $0["error"] == .bool(true))
      }
    }
  }

  static func == (left: TopData, right: TopData) -> Bool {
    left.epoch == right.epoch && left.last == right.last && left.charts == right.charts
  }
}

// What does the live page ask for once a second?

import EndpointMessages
import HealthProbes
import MetricExposition
import MetricInstruments
import ObservabilityEndpoints
import ObservabilityPlatform

/// Makes the answers of `/live-data`, on a thread of the library's own: it needs no task, so that it answers while the
/// cooperative pool is stuck.
///
/// `?range=10m`, `2h` or `24h` says how far back to look. The first answer has everything; with `since`, the number of the
/// last point that is known, and `epoch`, which tells this process from others, only what is new; `seen`, the `at` of the
/// answer before, has told then what changes slowly, however long ago that was. With `at` and `within`, seconds, it has the
/// traces of that time and nothing else.
final class LiveData: Sendable {
  /// The version of the form: another number is another form.
  static let version = 1

  let history: LiveHistory
  let health: HealthView
  let top: TopLists
  let tracing: MailTracing
  let connections: ConnectionMetrics
  let registry: Registry
  let poolDelay: @Sendable () -> Duration
  let names: (service: String, version: String)
  /// Where the recent traces are looked at, below the page; nil where nowhere.
  let tracesPath: String?
  private let epoch: String

  init(
    _ metrics: MetricsCollector, history: LiveHistory, health: HealthView,
    names: (service: String, version: String), tracesPath: String?
  ) {
    self.history = history
    self.health = health
    top = metrics.top
    tracing = metrics.tracing
    connections = metrics.connections
    registry = metrics.registry
    poolDelay = { [driver = metrics.healthDriver] in driver.poolDelay }
    self.names = names
    self.tracesPath = tracesPath
    epoch = String(UInt64.random(in: 0...UInt64.max), radix: 36)
  }

  func answer(_ query: EndpointQuery) -> [UInt8] {
    var json = JSONText()
    if let at = query["at"].flatMap(Double.init), at.magnitude < 1e12 {
      let within = min(max(query["within"].flatMap(Double.init) ?? 1, 0), 86_400)
      json.object { json in
        json.key("traces")
        json.array { json in for trace in traces(at: at, within: within) { trace.write(to: &json) } }
      }
      return json.bytes
    }
    let range = History.Range.all.first { $0.name == query["range"] } ?? History.Range.all[0]
    let known = query["epoch"] == epoch ? query["since"].flatMap { Int($0) } : nil
    // Before there is any point the last is -1.
    let isKnown = known.map { $0 >= -1 } ?? false
    let first = known.map { isKnown && $0 < Int.max ? $0 + 1 : Int.max } ?? 0
    var (points, now, wall) = history.points(range, from: first)
    // Whoever was away for longer than there are points, or comes from the future, begins anew.
    let isFirst = !isKnown || first < points.last - range.points + 1 || first > points.last + 1
    if isFirst, known != nil { (points, now, wall) = history.points(range, from: 0) }
    let turns = LiveTurns(after: query["seen"].flatMap(Double.init) ?? wall - 1, until: wall)
    let report = health.report()
    json.object { json in
      write(points, range, now: now, wall: wall, to: &json)
      write(
        report, isFirst || turns.areAll ? .all : turns.include(.checks) ? .changed : .none, to: &json)
      if isFirst || turns.include(.lists) { writeLists(report, to: &json) }
      if isFirst || turns.include(.traces) { writeTraces(to: &json) }
      guard isFirst else { return }
      writeLayout(to: &json)
    }
    return json.bytes
  }

  private func write(
    _ points: HistoryPoints, _ range: History.Range, now: Double, wall: Double, to json: inout JSONText
  ) {
    json.key("v")
    json.integer(LiveData.version)
    json.key("epoch")
    json.string(epoch)
    json.key("range")
    json.string(range.name)
    json.key("step")
    json.integer(range.step)
    json.key("points")
    json.integer(range.points)
    json.key("at")
    json.number((wall * 1000).rounded() / 1000)
    json.key("began")
    // As the end below.
    json.number((wall - now).rounded())
    json.key("first")
    json.integer(points.first)
    json.key("last")
    json.integer(points.last)
    // By the wall clock as it is set now, so that a step of it moves the history as a whole.
    let end = wall - (now - Double((points.last + 1) * range.step))
    json.key("end")
    json.number((end * 10).rounded() / 10)
    json.key("marks")
    json.array { json in for mark in points.marks { json.integer(mark.map { Int($0.rawValue) } ?? -1) } }
    json.key("values")
    json.array { json in
      for chart in history.series.charts { chart.writeValues(points, history.series, to: &json) }
    }
    json.key("heat")
    json.array { json in
      for chart in history.series.charts where chart.histogram != nil {
        chart.writeHeat(points, history.series, to: &json)
      }
    }
  }

  private func writeLayout(to json: inout JSONText) {
    json.key("service")
    json.string(LiveText.shown(names.service))
    json.key("version")
    json.string(LiveText.shown(names.version))
    json.key("traces_path")
    if let tracesPath { json.string(tracesPath) } else { json.null() }
    json.key("sections")
    json.array { json in
      for section in LiveSection.allCases {
        json.object { json in
          json.key("id")
          json.string(section.rawValue)
          json.key("title")
          json.string(section.title)
        }
      }
    }
    json.key("charts")
    json.array { json in
      for chart in history.series.charts { chart.writeLayout(history.series, to: &json) }
    }
  }
}

/// What changes slowly is told every five seconds, and each part in a second of its own.
struct LiveTurns {
  enum Part: Double { case checks, lists, traces }

  static let period = 5.0

  private let start: Double
  private let end: Double

  /// - Parameters:
  ///   - start: when the answer before was made, in seconds since 1970; what cannot have been is taken for long ago.
  ///   - end: when this one is.
  init(after start: Double, until end: Double) {
    (self.start, self.end) = (start, end)
  }

  /// Whether there was a turn of every part.
  var areAll: Bool { !(start <= end && end - start < LiveTurns.period) }

  func include(_ part: Part) -> Bool {
    areAll || turn(of: part, at: start) < turn(of: part, at: end)
  }

  private func turn(of part: Part, at time: Double) -> Double {
    ((time - part.rawValue) / LiveTurns.period).rounded(.down)
  }
}

/// Texts that a peer may have made up.
enum LiveText {
  /// The beginning of a text, in which what cannot be seen or would turn around what stands beside it is shown by its
  /// number.
  static func shown(_ text: String, atMost limit: Int = 64) -> String {
    var result = ""
    var left = limit
    for scalar in text.unicodeScalars {
      guard left > 0 else { return result + "…" }
      left -= 1
      if scalar.steersTerminals {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        left -= 4
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

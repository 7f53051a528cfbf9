// Does the live page get what it asks for, in few bytes, whatever peers have made up?

import EndpointMessages
import HealthProbes
@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("The data of the live page")
struct LiveDataTests {
  private let metrics: MetricsCollector
  private let clock = ManualClock()
  private let history: LiveHistory
  private let data: LiveData

  init() throws {
    metrics = try MetricsCollector()
    history = LiveHistory(
      LiveSeries(metrics, poolDelay: { .zero }), clock: { [clock] in clock.elapsed / .seconds(1) },
      marks: { [] })
    data = LiveData(
      metrics, history: history, health: HealthView(metrics.health), names: ("mx", "1"),
      tracesPath: "/debug/traces")
    history.start(on: clock)
  }

  private func ask(_ query: [(String, String)] = []) -> String {
    String(
      decoding: data.answer(EndpointQuery(query.map { EndpointQuery.Item(name: $0.0, value: $0.1) })),
      as: UTF8.self)
  }

  /// Members of the outermost object that are a text or a number.
  private func value(_ name: String, of json: String) -> String {
    guard let start = json.components(after: "\"\(name)\":") else { return "" }
    return String(start.prefix { $0 != "," && $0 != "}" }.filter { $0 != "\"" })
  }

  /// Every line changes at every point, by numbers of three digits.
  private func beBusy(seconds: Int, _ generator: inout SeededGenerator) {
    for _ in 0..<seconds {
      func some() -> Int { Int.random(in: 0...400, using: &generator) }
      metrics.smtp.messagesReceived.increment(by: some())
      metrics.mail.delivered.increment(by: some())
      metrics.mail.bounced.increment(by: some())
      metrics.mail.dropped.increment(by: some())
      metrics.delivery.attempts[.remote, .timeout].increment(by: some())
      for reason in SMTPMessageRejection.allCases {
        metrics.smtp.messagesRejected[reason].increment(by: some())
      }
      for reason in DeliveryFailure.allCases { metrics.delivery.failures[reason].increment(by: some()) }
      for state in QueueState.allCases { metrics.queue.messages[state].set(some()) }
      for name in MailProtocol.allCases {
        metrics.connections.active[name].set(some())
        metrics.authentication.attempts[name, .failure].increment(by: some())
      }
      metrics.queue.oldestMessageAge.set(some())
      metrics.smtp.commands[.mail].increment(by: some())
      metrics.imap.commands.increment(by: some())
      metrics.jmap.requests.increment(by: some())
      for _ in 0..<40 {
        metrics.smtp.commandDuration[.mail].observe(.microseconds(some() * 100))
        metrics.imap.commandDuration[.fetch].observe(.microseconds(some() * 100))
        metrics.mail.processingLatency.observe(.microseconds(some() * 1000))
      }
      clock.advance(by: .seconds(1))
    }
  }

  @Test("takes at most 120 KB at first, and 4 KB for each second after, on a busy server", arguments: [7])
  func size(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    for index in 0..<30 {
      let name = "check-\(index)-" + String(repeating: "x", count: 60)
      let result: HealthResult = index < 6 ? .fail(String(repeating: "y", count: 400)) : .pass
      try metrics.health.add(HealthCheck(name, mode: .onDemand) { result })
      metrics.top.senderDomains.record(String(repeating: "d", count: 200) + "\(index).example")
      metrics.top.recipientDomains.record(String(repeating: "d", count: 200) + "\(index).example")
      metrics.top.failedLogins.record("somebody\(index)@example.org")
    }
    _ = await HealthView(metrics.health).answer(to: .ready)
    beBusy(seconds: 700, &generator)
    let first = ask()
    #expect(first.utf8.count <= 120_000, "\(first.utf8.count), seed \(seed)")
    #expect(value("last", of: first) == "349" && value("first", of: first) == "50")
    beBusy(seconds: 2, &generator)
    let next = ask([("since", value("last", of: first)), ("epoch", value("epoch", of: first))])
    #expect(next.utf8.count <= 4096, "\(next.utf8.count), seed \(seed)")
    #expect(value("first", of: next) == "350" && value("last", of: next) == "350")
    #expect(!next.contains("\"charts\""))
  }

  @Test(
    "gives all to whoever asks for what there is not",
    arguments: [
      [("since", "-1")], [("since", "9999999")], [("since", "\(Int.max)")], [("since", "\(Int.min)")],
      [("since", "1e9")], [("since", "")], [("range", "1y")], [("range", "")], [("at", "nan")],
      [("at", "inf")], [("at", "1e300")], [("epoch", "another")],
    ])
  func nonsense(query: [(String, String)]) {
    clock.advance(by: .seconds(20))
    let epoch = value("epoch", of: ask())
    let answer = ask(query + [("epoch", epoch)])
    #expect(answer.contains("\"charts\"") || query[0].0 == "since" && query[0].1 == "-1")
    #expect(value("range", of: answer) == "10m")
  }

  @Test(
    "tells what changes slowly to whoever has not asked for a while, whatever he says when that was",
    arguments: ["0", "-1", "1", "nan", "inf", "1e308", "-1e308"])
  func seen(seen: String) async throws {
    for index in 0..<8 { try metrics.health.add(HealthCheck("check-\(index)", mode: .onDemand) { .pass }) }
    _ = await HealthView(metrics.health).answer(to: .ready)
    clock.advance(by: .seconds(20))
    let first = ask()
    let known = [("since", value("last", of: first)), ("epoch", value("epoch", of: first))]
    let at = try #require(Double(value("at", of: first)))
    for away in [seen, "\(at - 5.5)", "\(at + 60)"] {
      let answer = ask(known + [("seen", away)])
      #expect(answer.contains(#""told":"all""#) && answer.contains("check-7"), "\(away)")
      #expect(answer.contains("\"lists\"") && answer.contains("\"traces\"") && !answer.contains("\"charts\""))
    }
    let soon = ask(known + [("seen", "\(at - 1)")])
    #expect(!soon.contains(#""told":"all""#))
  }

  @Test(
    "has a turn of each part every five seconds, at whatever pace the answers come",
    arguments: [0.2, 1, 1.02, 2.5, 4.9])
  func turns(pace: Double) {
    var (time, latest) = (1e9, [LiveTurns.Part: Double]())
    while time < 1e9 + 500 {
      let turns = LiveTurns(after: time, until: time + pace)
      time += pace
      for part in [LiveTurns.Part.checks, .lists, .traces] where turns.include(part) {
        // No change is older than the answer tells of.
        #expect(time - (latest[part] ?? time) < 10)
        latest[part] = time
      }
    }
    #expect(latest.count == 3 && latest.values.allSatisfy { time - $0 < 10 })
  }

  @Test("says when too many checks have changed for one answer")
  func manyChanges() async throws {
    for index in 0..<8 { try metrics.health.add(HealthCheck("check-\(index)", mode: .onDemand) { .pass }) }
    clock.advance(by: .seconds(20))
    let first = ask()
    _ = await HealthView(metrics.health).answer(to: .ready)
    let at = try #require(Double(value("at", of: first)))
    let answer = ask([
      ("since", value("last", of: first)), ("epoch", value("epoch", of: first)), ("seen", "\(at - 4.9)"),
    ])
    // It is about the time of a turn of theirs.
    #expect(!answer.contains(#""told":"changed""#))
  }

  @Test("begins by the clock as it is set now, as the points end")
  func began() throws {
    clock.advance(by: .seconds(600))
    let answer = ask()
    let (at, began) = (Double(value("at", of: answer)), Double(value("began", of: answer)))
    #expect(try abs(#require(at) - #require(began) - 600) <= 1)
  }

  @Test("has ranges of a day and of two hours", arguments: [("2h", "30"), ("24h", "300"), ("10m", "2")])
  func ranges(name: String, step: String) {
    clock.advance(by: .seconds(700))
    let answer = ask([("range", name)])
    #expect(value("range", of: answer) == name && value("step", of: answer) == step)
  }

  @Test("tells what is wrong first, since when and why, as a text that can be seen")
  func verdict() async throws {
    let hostile = "<script>\u{202E}\u{0}\n" + String(repeating: "é", count: 1 << 20)
    try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .fail(hostile) })
    try metrics.health.add(HealthCheck("queue", mode: .onDemand) { .pass })
    _ = await HealthView(metrics.health).answer(to: .ready)
    let answer = ask()
    #expect(answer.contains("\"level\":\"bad\""))
    #expect(
      answer.contains(#"storage fails: \u003cscript\u003e\\u{202E}\\u{0}\\n"#), "\(answer.prefix(3000))")
    #expect(answer.utf8.count < 20_000)
    metrics.health.setMaintenance("moving\u{202E}")
    metrics.health.setDraining(true)
    let later = ask()
    #expect(later.contains(#"In maintenance: moving\\u{202E}"#) && later.contains("shutting down"))
  }

  @Test("names a limit that is nearly reached")
  func limits() {
    metrics.connections.limit[.imap].set(100)
    for (open, isNamed) in [(50, false), (95, true), (200, true)] {
      metrics.connections.active[.imap].set(open)
      #expect(ask().contains("imap has \(open) % of the connections") == isNamed)
    }
    metrics.connections.limit[.imap].set(-5)
    metrics.connections.active[.imap].set(1e300)
    #expect(ask().contains("of 0"))
  }

  @Test("leads from a moment to its traces, and from errors")
  func traces() throws {
    var config = TracingConfig(serviceName: "mx")
    config.exporter = .none
    try metrics.startTracing(config)
    metrics.tracing.withSpan(.mailet("\u{202E}<b>", messageID: "<1@mx>")) { $0.status = .error("no") }
    let whole = ask()
    #expect(
      whole.contains(#"\\u{202E}\u003cb"#) && whole.contains("\"error\":true"),
      "\(whole.components(after: "\"traces\":")?.prefix(500) ?? "")")
    let now = WallClock.seconds
    let here = ask([("at", "\(now - 5)"), ("within", "10")])
    #expect(here.contains("\"error\":true") && !here.contains("charts"))
    #expect(ask([("at", "\(now - 500)"), ("within", "10")]) == #"{"traces":[]}"#)
    #expect(ask([("at", "0"), ("within", "-1e300")]) == #"{"traces":[]}"#)
  }
}

extension String {
  /// What stands behind the first time that a text comes.
  fileprivate func components(after mark: String) -> Substring? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}

// What does a route of the host show that is metrics?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("A route of metrics", .timeLimit(.minutes(30)))
struct MetricsRouteTests {
  struct Broken: Error, CustomStringConvertible { let description = "no\nanswer" }

  private static func pressure(_ value: Double, at time: Double? = nil) -> CollectedFamily {
    CollectedFamily(
      "pump_pressure_bars", .gauge, help: "Pressure.",
      samples: [CollectedSample(value, ["pump": "1"], timestamp: time)])
  }

  @Test("shows what was collected for its request, and nothing else")
  func collects() async throws {
    let service = try Service {
      $0.hostRoutes = [
        .metrics("/pump") { request in
          [
            Self.pressure(Double(request.query["value"] ?? "") ?? -1),
            CollectedFamily(
              "pump_info", .info, help: "Facts.", samples: [CollectedSample(.info, ["site": "b"])]),
          ]
        }
      ]
    }
    let answer = try await service.get("/pump?value=3")
    #expect(answer.status == 200)
    #expect(answer.type?.hasPrefix("text/plain; version=0.0.4") == true)
    #expect(
      answer.body == """
        # HELP pump_info Facts.
        # TYPE pump_info gauge
        pump_info{site="b"} 1
        # HELP pump_pressure_bars Pressure.
        # TYPE pump_pressure_bars gauge
        pump_pressure_bars{pump="1"} 3

        """)
    #expect(!(try await service.get("/metrics")).body.contains("pump_"))
  }

  @Test("is negotiated, filtered by name, and answers a request for the head alone")
  func negotiates() async throws {
    let service = try Service {
      $0.hostRoutes = [.metrics("/pump") { _ in [Self.pressure(1), Self.pressure(2).renamed("pump_other")] }]
    }
    let accept: EndpointFields = ["Accept": "application/openmetrics-text;version=1.0.0"]
    let answer = try await service.get("/pump?name[]=pump_other", headers: accept)
    #expect(answer.type?.hasPrefix("application/openmetrics-text") == true)
    #expect(answer.body.hasSuffix("# EOF\n"))
    #expect(answer.body.contains("pump_other") && !answer.body.contains("pump_pressure_bars"))
    #expect(try await service.get("/pump", method: "HEAD").status == 200)
    #expect(try await service.get("/pump", method: "POST").status == 405)
  }

  @Test("shows when a sample was measured")
  func timestamps() async throws {
    let service = try Service {
      $0.hostRoutes = [.metrics("/pump") { _ in [Self.pressure(1, at: 1_500.25)] }]
    }
    #expect(try await service.get("/pump").body.contains("pump_pressure_bars{pump=\"1\"} 1 1500250\n"))
  }

  @Test(
    "answers 500 with the family and the error when one cannot be shown",
    arguments: [
      ([CollectedFamily.failed("pump_flow", Broken())], "pump_flow: no\\nanswer\n"),
      ([pressure(1), .failed("pump_flow", Broken())], "pump_flow: no\\nanswer\n"),
      ([pressure(1), pressure(2)], "pump_pressure_bars: the collector returned it more than once\n"),
      (
        [CollectedFamily("pump_total", .counter, help: "", value: -1)],
        "pump_total: a counter cannot be -1.0\n"
      ),
    ])
  func unshown(families: [CollectedFamily], reason: String) async throws {
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer) { $0.hostRoutes = [.metrics("/pump") { _ in families }] }
    let answer = try await service.get("/pump")
    #expect(answer.status == 500)
    #expect(answer.body.hasPrefix("The metrics cannot be shown:\n") && answer.body.contains(reason))
    #expect(!answer.body.contains("TYPE"))
    #expect(lines.withLock { $0.count } == 1)
  }

  @Test("names no more than ten of many families that cannot be shown")
  func manyUnshown() async throws {
    let service = try Service {
      $0.hostRoutes = [.metrics("/pump") { _ in (0..<5000).map { .failed("pump_\($0)", Broken()) } }]
    }
    let lines = try await service.get("/pump").body.split(separator: "\n")
    #expect(lines.count == 12 && lines.last == "and 4990 more")
  }

  @Test(
    "answers what it refuses with the status and the reason, on one line",
    arguments: [
      (400, "missing target", 400, "missing target\n"),
      (503, "a\r\nb\u{202E}c", 503, "a\\r\\nb\\u{202E}c\n"),
      (200, "not an error", 500, "not an error\n"), (Int.max, "", 500, "\n"), (-1, "x", 500, "x\n"),
      (404, String(repeating: "x", count: 5000), 404, String(repeating: "x", count: 1021) + "…\n"),
    ])
  func refuses(status: Int, reason: String, expected: Int, body: String) async throws {
    let service = try Service {
      $0.hostRoutes = [
        .metrics("/pump") { _ in throw EndpointRefusal(status, reason) },
        EndpointRoute("/plain") { _ in throw EndpointRefusal(status, reason) },
      ]
    }
    for path in ["/pump", "/plain"] {
      let answer = try await service.get(path)
      #expect(answer.status == expected && answer.body == body)
    }
  }

  @Test("tells nobody of another error")
  func throwsError() async throws {
    let service = try Service { $0.hostRoutes = [.metrics("/pump") { _ in throw Broken() }] }
    let answer = try await service.get("/pump")
    #expect(answer.status == 500 && answer.body == "The route failed.\n")
  }

  @Test("is for trusted addresses unless it says otherwise")
  func access() async throws {
    let registry = try Registry()
    let service = try Service {
      $0.hostRoutes = [
        .metrics("/a") { _ in [] }, .metrics("/b", for: .everybody) { _ in [] },
        .metrics("/c", of: registry), .metrics("/d", of: registry, for: .everybody),
      ]
    }
    for (path, status) in [("/a", 403), ("/b", 200), ("/c", 403), ("/d", 200)] {
      #expect(try await service.get(path, peer: stranger).status == status)
      #expect(try await service.get(path).status == 200)
    }
  }

  @Test(
    "has as many requests under way as it says, within the limits",
    arguments: [
      (3, 3), (0, 1), (-1, 1), (Int.min, 1), (1, 1), (Int.max, 1000),
    ])
  func limits(given: Int, most: Int) async throws {
    let (clock, gate) = (ManualClock(), Gate())
    let service = try Service(timer: clock) {
      $0.hostRoutes = [
        .metrics("/pump", atMost: given) { _ in
          await gate.pass()
          return []
        }
      ]
    }
    let asked = (0..<most).map { _ in Task { try await service.get("/pump") } }
    #expect(await eventually { gate.visits == most })
    #expect(try await service.get("/pump").status == 503)
    gate.open()
    for task in asked { #expect(try await task.value.status == 200) }
  }

  @Test("is waited for no longer than its scraper waits")
  func scrapeTimeout() async throws {
    let (clock, gate) = (ManualClock(), Gate())
    let service = try Service(timer: clock) {
      $0.hostRoutes = [
        .metrics("/pump") { _ in
          await gate.pass()
          return []
        }
      ]
    }
    let asked = Task {
      try await service.get("/pump", headers: ["X-Prometheus-Scrape-Timeout-Seconds": "3"])
    }
    await gate.entered()
    #expect(await eventually { clock.pendingCalls >= 1 })
    clock.advance(by: .milliseconds(2751))
    #expect(try await asked.value.status == 503)
    gate.open()
  }

  @Test("can say why it has nothing when it gives up as its scraper does")
  func lastWord() async throws {
    let (clock, gate) = (ManualClock(), Gate())
    let service = try Service(timer: clock) {
      $0.hostRoutes = [
        .metrics("/pump") { _ in
          await gate.pass()
          throw EndpointRefusal(500, "the pump is silent")
        }
      ]
    }
    let asked = Task {
      try await service.get("/pump", headers: ["X-Prometheus-Scrape-Timeout-Seconds": "3"])
    }
    await gate.entered()
    #expect(await eventually { clock.pendingCalls >= 1 })
    clock.advance(by: .milliseconds(2501))
    gate.open()
    let answer = try await asked.value
    #expect(answer.status == 500 && answer.body == "the pump is silent\n")
  }

  @Test(
    "is not asked by pages of other sites, whomever it answers",
    arguments: [
      ("cross-site", 403), ("same-site", 403), ("x", 403), ("same-origin", 200), ("none", 200), (nil, 200),
    ] as [(String?, Int)])
  func otherSites(site: String?, status: Int) async throws {
    let visits = Locked(0)
    let collect: @Sendable (EndpointRequest) async throws -> [CollectedFamily] = { _ in
      visits.withLock { $0 += 1 }
      return []
    }
    let service = try Service {
      $0.hostRoutes = [
        .metrics("/a", collect: collect), .metrics("/b", for: .everybody, collect: collect),
      ]
    }
    var headers: EndpointFields = [:]
    if let site { headers.append("Sec-Fetch-Site", site) }
    for path in ["/a", "/b"] { #expect(try await service.get(path, headers: headers).status == status) }
    #expect(visits.withLock { $0 } == (status == 200 ? 2 : 0))
  }

  @Test("shares its answer with nobody, however many ask for the same format at once")
  func sharesNothing() async throws {
    let service = try Service {
      $0.hostRoutes = [
        .metrics("/pump", atMost: 1000) { request in [Self.pressure(Double(request.query["v"] ?? "") ?? -1)] }
      ]
      $0.gzip = try? Gzip(library: Gzip.systemLibrary)
    }
    let accept: EndpointFields = ["Accept-Encoding": "gzip, identity;q=0.5"]
    try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for value in 0..<200 {
        group.addTask { (value, try await service.get("/pump?v=\(value)", headers: accept).body) }
      }
      for try await (value, body) in group { #expect(body.contains("{pump=\"1\"} \(value)\n")) }
    }
  }

  @Test("shows another registry as the server's own is shown, with its collectors")
  func otherRegistry() async throws {
    let (first, second) = (try Registry(namespace: "a"), try Registry(namespace: "b"))
    try first.register(.counter("visits_total", help: "Visits.")).increment()
    try second.gauge("depth", help: "") { 7 }
    let service = try Service {
      $0.hostRoutes = [.metrics("/a", of: first), .metrics("/b", of: second)]
    }
    let (a, b) = (try await service.get("/a").body, try await service.get("/b").body)
    #expect(a.contains("a_visits_total 1\n") && !a.contains("b_"))
    #expect(b.contains("b_depth 7\n") && !b.contains("a_visits_total"))
    #expect(b.contains("b_collector_success{collector=\"b_depth\"} 1\n"))
    #expect(try await service.get("/a?name[]=a_visits_total").body.split(separator: "\n").count == 3)
    service.endpoints.stop()
  }

  private struct Slow: Collector {
    let name = "slow"
    let gate: Gate
    func collect() async -> [CollectedFamily] {
      await gate.pass()
      return [CollectedFamily("slow_state", .gauge, help: "", value: 1)]
    }
  }

  @Test("asks the collectors of a registry once for all routes that show it")
  func oneRegistry() async throws {
    let (registry, gate) = (try Registry(namespace: "a"), Gate())
    try registry.add(Slow(gate: gate))
    let service = try Service {
      $0.hostRoutes = [.metrics("/a", of: registry), .metrics("/b", of: registry)]
    }
    let first = Task { try await service.get("/a") }
    await gate.entered()
    let second = Task { try await service.get("/b") }
    // It joins the run under way; one of its own would have begun by then.
    for _ in 0..<100 where gate.visits == 1 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(gate.visits == 1)
    gate.open()
    for task in [first, second] { #expect(try await task.value.body.contains("slow_state 1\n")) }
    service.endpoints.stop()
  }
}

@Suite("How long a scraper waits")
struct ScrapeTimeoutTests {
  @Test(
    "is what it says, less half a second, if that makes sense",
    arguments: [
      ("10", Duration.milliseconds(9500)), ("0.1", .milliseconds(10)), ("1e300", .milliseconds(3_599_500)),
      ("0", nil), ("-1", nil), ("nan", nil), ("inf", nil), ("soon", nil), ("", nil), (nil, nil),
    ] as [(String?, Duration?)])
  func timeout(text: String?, expected: Duration?) throws {
    var headers: EndpointFields = [:]
    if let text { headers.append("X-Prometheus-Scrape-Timeout-Seconds", text) }
    #expect(try EndpointRequest(target: "/", headers: headers).scrapeTimeout == expected)
  }
}

extension CollectedFamily {
  fileprivate func renamed(_ name: String) -> CollectedFamily {
    var family = self
    family.name = name
    return family
  }
}

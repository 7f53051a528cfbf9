// What does a scrape get, whatever collectors and other scrapes do?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
import MetricInstruments
@testable import ObservabilityEndpoints
import Synchronization
import Testing

@Suite("A scrape")
struct ScrapeTests {
  @Test("has the format that was asked for, and says what it depends on")
  func formats() async throws {
    let service = try Service()
    let text = try await service.get("/metrics")
    #expect(text.type == "text/plain; version=0.0.4; charset=utf-8")
    #expect(text.headers["Vary"] == "Accept, Accept-Encoding")
    #expect(text.headers["Cache-Control"] == "no-store")
    let openMetrics = try await service.get("/metrics", headers: ["Accept": "application/openmetrics-text"])
    #expect(openMetrics.type == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(openMetrics.body.hasSuffix("# EOF\n"))
  }

  @Test("can be limited to families")
  func names() async throws {
    let service = try Service()
    let counter = try service.registry.register(.counter("a_total", help: ""))
    counter.increment()
    _ = try service.registry.register(.gauge("b", help: ""))
    #expect(
      try await service.get("/metrics?name[]=mail_a_total").body
        == "# TYPE mail_a_total counter\nmail_a_total 1\n")
    #expect(try await service.get("/metrics?name%5B%5D=mail_a_total&name[]=mail_b").body.contains("mail_b 0"))
    #expect(try await service.get("/metrics?name[]=nothing").body == "")
  }

  @Test("comes whole when it is larger than one part")
  func streamed() async throws {
    let service = try Service()
    let family = try service.registry.register(.counter("x_total", help: ""), byBounded: "n", limit: 50_000)
    for number in 0..<40_000 { family["series number \(number)"].increment(by: number) }
    let body = try await service.get("/metrics", headers: ["Accept": "application/openmetrics-text"]).body
    #expect(body.utf8.count > 1 << 20)
    #expect(body.hasSuffix("# EOF\n"))
    #expect(body.split(separator: "\n").filter { $0.hasPrefix("mail_x_total{") }.count == 40_000)
    #expect(body.contains("mail_x_total{n=\"series number 39999\"} 39999\n"))
  }

  @Test(
    "has each series once, whatever goes and comes between its parts",
    arguments: ["/metrics", "/metrics.json"])
  func churn(path: String) async throws {
    let service = try Service()
    let family = try service.registry.register(.counter("x_total", help: ""), byBounded: "n", limit: 12_000)
    for number in 0..<12_000 { family["v\(number)"].increment(by: 100) }
    let response = await service.endpoints.respond(to: try EndpointRequest(target: path, peer: .unix))
    guard case .stream(let stream) = response.body else {
      Issue.record("the answer has no parts")
      return
    }
    var body: [UInt8] = []
    var parts = 0
    while let part = try await stream.next() {
      body += part
      parts += 1
      family.expireIdle(after: .zero)
      family.expireIdle(after: .zero)
      for number in stride(from: parts, to: 12_000, by: 3) { family["v\(number)"].increment() }
    }
    stream.finished?()
    #expect(parts > 1)
    var counts: [Substring: Int] = [:]
    for word in String(decoding: body, as: UTF8.self).split(separator: "\"") where word.first == "v" {
      counts[word, default: 0] += 1
    }
    let series = counts.filter { Int($0.key.dropFirst()) != nil }
    #expect(series.count == 12_000)
    #expect(series.values.allSatisfy { $0 == 1 })
  }

  @Test("refuses to run more often at once than is allowed, and gives its slot back")
  func slots() async throws {
    let service = try Service { $0.maximumConcurrentScrapes = 1 }
    let gate = Gate()
    try service.registry.add(Waiting(gate: gate))
    async let first = service.get("/metrics")
    await gate.entered()
    let second = try await service.get("/metrics")
    #expect(second.status == 503)
    #expect(second.headers["Retry-After"] == "1")
    gate.open()
    #expect(try await first.status == 200)
    for _ in 0..<5 { #expect(try await service.get("/metrics").status == 200) }
  }

  struct Waiting: Collector {
    let gate: Gate
    let name = "waiting"
    func collect() async throws -> [CollectedFamily] {
      await gate.pass()
      return []
    }
  }
}

@Suite("A collector")
struct CollectorTests {
  struct Fixed: Collector {
    let name: String
    var familyNames: Set<String> = []
    let body: @Sendable () async throws -> [CollectedFamily]
    func collect() async throws -> [CollectedFamily] { try await body() }
  }
  struct Broken: Error {}

  @Test("adds its values, and how it went")
  func succeeds() async throws {
    let service = try Service()
    try service.registry.add(
      Fixed(name: "good") { [CollectedFamily("uptime_seconds", .gauge, help: "", value: 5)] })
    let body = try await service.get("/metrics").body
    #expect(body.contains("\nuptime_seconds 5\n"))
    #expect(body.contains("\nmail_collector_success{collector=\"good\"} 1\n"))
    #expect(body.contains("\nmail_collector_duration_seconds{collector=\"good\"} "))
  }

  @Test("cannot take the names under which collectors are reported, nor can anybody")
  func reports() async throws {
    let service = try Service()
    for name in ["collector_success", "collector_duration_seconds"] {
      #expect(throws: RegistrationError.self) { try service.registry.register(.gauge(name, help: "")) }
      #expect(!service.registry.unregister(name))
      try service.registry.add(
        Fixed(name: name) { [CollectedFamily("mail_" + name, .gauge, help: "", value: 5)] })
    }
    for path in ["/metrics", "/metrics.json"] {
      let body = try await service.get(path).body
      for name in ["mail_collector_success", "mail_collector_duration_seconds"] {
        #expect(body.split(separator: path == "/metrics" ? "# TYPE \(name) " : "\"\(name)\":{").count == 2)
      }
      #expect(!body.contains("mail_collector_success 5"))
    }
  }

  @Test("is shown beside what was registered when the scrape began, not what came meanwhile")
  func registersWhileAsked() async throws {
    let service = try Service()
    let registry = service.registry
    try registry.add(
      Fixed(name: "registers") {
        _ = try registry.register(.gauge("meanwhile", help: ""))
        return [CollectedFamily("mail_meanwhile", .gauge, help: "", value: 5)]
      })
    let first = try await service.get("/metrics").body
    #expect(first.split(separator: "\n").filter { $0.hasPrefix("mail_meanwhile ") } == ["mail_meanwhile 5"])
    let second = try await service.get("/metrics").body
    #expect(second.split(separator: "\n").filter { $0.hasPrefix("mail_meanwhile ") } == ["mail_meanwhile 0"])
    #expect(second.contains("mail_collector_success{collector=\"registers\"} 0\n"))
  }

  @Test("whose values no format can carry loses them, and the log says why")
  func unsound() async throws {
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer)
    try service.registry.add(
      Fixed(name: "hasty") {
        [CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1.764e18)])]
      })
    try service.registry.add(
      Fixed(name: "muddled") {
        let buckets = CollectedSample.Distribution(bounds: [1], counts: [1, 2])
        return [CollectedFamily("y", .gauge, help: "", samples: [CollectedSample(buckets, sum: 3)])]
      })
    let body = try await service.get("/metrics").body
    #expect(!body.contains("\nx ") && !body.contains("\ny"))
    for (name, family) in [("hasty", "x"), ("muddled", "y")] {
      #expect(body.contains("mail_collector_success{collector=\"\(name)\"} 0\n"))
      #expect(lines.withLock { $0.contains { $0.hasPrefix("collector \(name): \(family): ") } })
    }
  }

  @Test("that throws, is invalid or takes another's name loses what is wrong only")
  func fails() async throws {
    let service = try Service()
    _ = try service.registry.register(.gauge("taken", help: ""))
    let collectors: [Fixed] = [
      Fixed(name: "a-good") { [CollectedFamily("good", .gauge, help: "", value: 1)] },
      Fixed(name: "b-throws") { throw Broken() },
      Fixed(name: "c-invalid") {
        [
          CollectedFamily("fine", .gauge, help: "", value: 1),
          CollectedFamily("not fine", .gauge, help: "", value: 1),
        ]
      },
      Fixed(name: "d-registered") { [CollectedFamily("mail_taken", .gauge, help: "", value: 7)] },
      Fixed(name: "e-collected") { [CollectedFamily("good", .gauge, help: "", value: 2)] },
      Fixed(name: "f-twice") {
        [
          CollectedFamily("twice", .gauge, help: "", value: 1),
          CollectedFamily("twice", .gauge, help: "", value: 2),
        ]
      },
      Fixed(name: "g-sample") { [CollectedFamily("good_total", .counter, help: "", value: 2)] },
    ]
    for collector in collectors { try service.registry.add(collector) }
    let body = try await service.get("/metrics").body
    for collector in collectors {
      let success = collector.name == "a-good" ? 1 : 0
      #expect(body.contains("mail_collector_success{collector=\"\(collector.name)\"} \(success)\n"))
    }
    #expect(body.contains("\ngood 1\n"))
    #expect(body.contains("\nmail_taken 0\n"))
    #expect(body.contains("\nfine 1\n"))
    #expect(!body.contains("not fine"))
    #expect(!body.contains("\ntwice "))
  }

  @Test("that hangs is left out when the scrape's time is up, and is not asked again before it returns")
  func hangs() async throws {
    let clock = ManualClock()
    let service = try Service(timer: clock)
    let gate = Gate()
    let calls = Atomic<Int>(0)
    try service.registry.add(
      Fixed(name: "hangs") {
        calls.add(1, ordering: .relaxed)
        await gate.pass()
        return [CollectedFamily("late", .gauge, help: "", value: 1)]
      })
    try service.registry.add(Fixed(name: "quick") { [CollectedFamily("quick", .gauge, help: "", value: 1)] })
    // The quick one first, then the scrape's deadline.
    let flights = service.endpoints.metrics.collectors.flights
    async let first = service.get("/metrics").body
    #expect(await eventually { flights.answersGiven == 1 && clock.pendingCalls == 1 })
    clock.advance(by: .seconds(20))
    var bodies = [try await first]
    for _ in 0..<2 { bodies.append(try await service.get("/metrics").body) }
    for body in bodies {
      #expect(body.contains("mail_collector_success{collector=\"hangs\"} 0\n"))
      #expect(body.contains("\nquick 1\n"))
    }
    #expect(calls.load(ordering: .relaxed) == 1)
    gate.open()
    // It returns in its own time.
    #expect(await eventually { (try? await service.get("/metrics").body.contains("\nlate 1\n")) ?? false })
  }

  @Test("is shared by scrapes that come at the same time")
  func shared() async throws {
    let service = try Service()
    let gate = Gate()
    let calls = Atomic<Int>(0)
    try service.registry.add(
      Fixed(name: "slow") {
        calls.add(1, ordering: .relaxed)
        await gate.pass()
        return [CollectedFamily("slow", .gauge, help: "", value: 1)]
      })
    async let first = service.get("/metrics")
    await gate.entered()
    async let second = service.get("/metrics")
    // Whether the second joins the run or begins after it, both have the value.
    gate.open()
    #expect(try await first.body.contains("\nslow 1\n"))
    #expect(try await second.body.contains("\nslow 1\n"))
    #expect(calls.load(ordering: .relaxed) <= 2)
  }

  @Test(
    "is asked what it is called and what it has when it is added, and by no scrape, which may be on a loop")
  func description() async throws {
    final class Asked: Collector {
      let names = Atomic<Int>(0)
      let families = Atomic<Int>(0)
      var name: String {
        names.add(1, ordering: .relaxed)
        return "asked"
      }
      var familyNames: Set<String> {
        families.add(1, ordering: .relaxed)
        return ["known"]
      }
      func collect() async -> [CollectedFamily] { [] }
    }
    let service = try Service()
    let collector = Asked()
    try service.registry.add(collector)
    for path in ["/metrics", "/metrics?name[]=known", "/metrics.json?name[]=other"] {
      _ = try await service.get(path)
    }
    #expect(collector.names.load(ordering: .relaxed) == 1)
    #expect(collector.families.load(ordering: .relaxed) == 1)
  }

  @Test("that says what it has is left alone by a scrape for something else")
  func skipped() async throws {
    let service = try Service()
    let calls = Atomic<Int>(0)
    try service.registry.add(
      Fixed(name: "known", familyNames: ["known"]) {
        calls.add(1, ordering: .relaxed)
        return [CollectedFamily("known", .gauge, help: "", value: 1)]
      })
    _ = try await service.get("/metrics?name[]=other")
    #expect(calls.load(ordering: .relaxed) == 0)
    #expect(try await service.get("/metrics?name[]=known").body == "# TYPE known gauge\nknown 1\n")
  }

  @Test(
    "has as long as the scraper says, as far as that makes sense",
    arguments: ["nan", "inf", "-1", "0", "abc", "", "1e400", "1e300", "9999999999999999999999"])
  func timeouts(value: String) async throws {
    let service = try Service()
    try service.registry.add(Fixed(name: "quick") { [CollectedFamily("quick", .gauge, help: "", value: 1)] })
    let answer = try await service.get("/metrics", headers: ["X-Prometheus-Scrape-Timeout-Seconds": value])
    #expect(answer.status == 200)
    #expect(answer.body.contains("\nquick 1\n"))
  }
}

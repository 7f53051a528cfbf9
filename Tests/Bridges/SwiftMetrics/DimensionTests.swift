// Do series with other dimensions live in one metric, within its bounds, and is what they exceed to be seen?

#if SwiftMetrics
  import MailObservability
  import MailObservabilitySwiftMetrics
  import Metrics
  import MetricInstruments
  import Testing

  @Suite("Dimensions of SwiftMetrics")
  struct DimensionTests {
    private typealias Counter = CoreMetrics.Counter

    @Test("of other names are series of the same metric, with more than four too")
    func merged() async throws {
      let fixture = try Fixture()
      let sets: [[(String, String)]] = [
        [("route", "/")], [("route", "/"), ("status", "200")], [], [("method", "GET")],
        [("status", "200"), ("route", "/")], [("route", "/"), ("status", "")],
        (0..<9).map { ("n\($0)", "\($0)") },
      ]
      for dimensions in sets {
        Counter(label: "hits", dimensions: dimensions, factory: fixture.factory).increment()
      }
      #expect(
        await fixture.samples("hits_total") == [
          "hits_total{route=\"/\"} 2", "hits_total{route=\"/\",status=\"200\"} 2", "hits_total 1",
          "hits_total{method=\"GET\"} 1",
          "hits_total{n0=\"0\",n1=\"1\",n2=\"2\",n3=\"3\",n4=\"4\",n5=\"5\",n6=\"6\",n7=\"7\",n8=\"8\"} 1",
        ])
    }

    @Test("of a metric are bounded: 100,000 values are 500 series and the rest is other")
    func bounded() async throws {
      let fixture = try Fixture()
      for number in 0..<100_000 {
        Counter(label: "hits", dimensions: [("peer", "\(number)")], factory: fixture.factory).increment()
      }
      let samples = await fixture.samples("hits_total")
      #expect(samples.count == 501)
      #expect(samples.contains("hits_total{peer=\"other\"} 99500"))
      #expect(
        await fixture.registry.value("observability_overflow_total", ["family": "hits_total"]) == 99_500)
    }

    @Test("have at most 64 names, whose values may be as long as a label can be")
    func hostile() async throws {
      let fixture = try Fixture()
      let long = String(repeating: "x", count: 1 << 20)
      for dimensions in [
        [("peer", long)], [(long, "1")], (0..<1000).map { ("n\($0)", "1") },
        (0..<10_000).map { _ in ("same", "1") },
      ] {
        Counter(label: long, dimensions: dimensions, factory: fixture.factory).increment()
      }
      let text = await fixture.registry.text()
      #expect(text.utf8.count < 20_000)
      // The long value, the 65th name, and what comes after it with a name of its own.
      #expect(await fixture.registry.value("observability_rejected_total", ["reason": "invalid_label"]) == 3)
      let sum = text.split(separator: "\n").filter { $0.hasPrefix("xxx") }
        .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
      #expect(sum == 4)
    }

    @Test("of 2,000 labels: as many have metrics as may, and what the others record is counted")
    func labels() async throws {
      let fixture = try Fixture()
      for number in 0..<2000 {
        for _ in 0..<2 {
          let counter = Counter(label: "label\(number)", factory: fixture.factory)
          counter.increment()
          counter.reset()
          counter.destroy()
        }
      }
      #expect(fixture.registry.families.count { $0.descriptor.name.hasPrefix("label") } == 1000)
      #expect(await fixture.lost("label_limit") == 2000)
      #expect(
        fixture.messages == [
          "swift-metrics: 1000 labels have metrics, the limit; further ones have none: label1000"
        ])
    }

    @Test("and labels may have limits of 0 or less", arguments: [0, -1, Int.min])
    func noRoom(limit: Int) async throws {
      let none = try Fixture { $0.labelLimit = limit }
      let metrics = none.factory
      metrics.makeCounter(label: "a", dimensions: []).increment(by: 5)
      metrics.makeFloatingPointCounter(label: "a", dimensions: []).increment(by: 5)
      let meter = metrics.makeMeter(label: "a", dimensions: [])
      meter.set(Int64(1))
      meter.set(1.0)
      meter.increment(by: 1)
      meter.decrement(by: 1)
      let recorder = metrics.makeRecorder(label: "a", dimensions: [], aggregate: true)
      recorder.record(Int64(1))
      recorder.record(1.0)
      metrics.makeTimer(label: "a", dimensions: []).recordNanoseconds(1)
      #expect(await none.lost("label_limit") == 9)
      let other = try Fixture { $0.seriesLimit = limit }
      other.factory.makeCounter(label: "a", dimensions: [("b", "1")]).increment(by: 5)
      #expect(await other.samples("a_total") == ["a_total{b=\"other\"} 5"])
    }
  }

  @Suite("Conflicts of SwiftMetrics")
  struct ConflictTests {
    private typealias Counter = CoreMetrics.Counter
    private typealias Timer = CoreMetrics.Timer

    @Test("with the catalogue are counted and logged, and nothing ends")
    func catalogue() async throws {
      let metrics = try MetricsCollector(version: "1.0.0")
      let factory = try RegistryMetricsFactory(metrics.registry)
      for label in ["smtp.connections", "smtp.connections", "observability.rejected", "queue_size"] {
        Counter(label: label, factory: factory).increment()
      }
      Meter(label: "queue.size", factory: factory).set(9)
      #expect(metrics.smtp.connections.value == 0)
      #expect(metrics.queue.size.value == 0)
      let lost = await metrics.registry.value(
        "rusmes_observability_swift_metrics_lost_total", ["reason": "conflict"])
      #expect(lost == 5)
    }

    @Test("with what the library registers when it begins keep it from nothing", arguments: ["", "mx"])
    func own(namespace: String) async throws {
      let metrics = try MetricsCollector(namespace: namespace)
      let factory = try RegistryMetricsFactory(metrics.registry)
      for label in ["observability.exports", "observability.swift_metrics.lost"] {
        Counter(label: label, factory: factory).increment()
      }
      Timer(label: "observability.export.duration", factory: factory).recordSeconds(1)
      var config = TracingConfig(serviceName: "mx1")
      config.endpoint = "http://127.0.0.1:9"
      try metrics.startTracing(config)
      await metrics.tracing.shutdown(within: .zero)
      let prefix = namespace.isEmpty ? "" : namespace + "_"
      let lost = await metrics.registry.value(
        prefix + "observability_swift_metrics_lost_total", ["reason": "conflict"])
      #expect(lost == 3)
    }

    @Test("between kinds are: the first has the name")
    func kinds() async throws {
      let fixture = try Fixture()
      Counter(label: "a", factory: fixture.factory).increment()
      Meter(label: "a", factory: fixture.factory).set(3)
      Timer(label: "b", factory: fixture.factory).recordSeconds(1)
      Recorder(label: "b.seconds", factory: fixture.factory).record(1)
      Recorder(label: "b.seconds", factory: fixture.factory).record(1)
      Timer(label: "a", factory: fixture.factory).recordSeconds(1)
      #expect(await fixture.samples("a").count == 1 + 15)
      #expect(await fixture.lost("conflict") == 3)
      #expect(
        fixture.messages == [
          "swift-metrics: a has no metric: a: its sample a would be one of a_total",
          "swift-metrics: b.seconds has no metric: b is b_seconds already, as a timer",
        ])
    }

    @Test("of the family that counts them is an error of the start")
    func family() throws {
      let registry = try Registry()
      _ = try registry.register(.gauge("observability_swift_metrics_lost_total2", help: ""))
      _ = try RegistryMetricsFactory(registry)
      _ = try RegistryMetricsFactory(registry)
      let taken = try Registry()
      _ = try taken.register(.gauge("observability_swift_metrics_lost", help: ""))
      #expect(throws: RegistrationError.self) { try RegistryMetricsFactory(taken) }
    }

    @Test("are logged without control characters, and with nothing locked")
    func log() throws {
      let registry = try Registry()
      let texts = Texts()
      var configuration = RegistryMetricsFactory.Configuration()
      configuration.log = { message in
        texts.add(message.text)
        // A logger may record, through whatever factory the host has installed.
        texts.factory?.makeMeter(label: "a", dimensions: []).set(1.0)
      }
      let factory = try RegistryMetricsFactory(registry, configuration)
      texts.factory = factory
      factory.makeCounter(label: "a\n\u{1B}[31m", dimensions: []).increment(by: 1)
      factory.makeMeter(label: "a\n\u{1B}[31m", dimensions: []).set(1.0)
      #expect(texts.all.count == 1)
      #expect(texts.all.allSatisfy { !$0.contains("\n") && !$0.contains("\u{1B}") })
    }
  }
#endif

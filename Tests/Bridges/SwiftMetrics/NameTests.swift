// Does every label and every dimension become a name that scrapers take, and which?

#if SwiftMetrics
  import CoreMetrics
  import MailObservability
  import MetricInstruments
  import Testing

  @testable import MailObservabilitySwiftMetrics

  @Suite("Names of SwiftMetrics")
  struct NameTests {
    @Test(
      "say the kind at their end, once",
      arguments: [
        ("http.requests", InstrumentKind.counter, "http_requests_total"),
        ("http_requests_total", .counter, "http_requests_total"),
        ("hits_total_total", .counter, "hits_total"),
        ("total", .counter, "total_total"),
        ("_total", .counter, "_total_total"),
        ("request.count", .counter, "request_count_total"),
        ("mailboxes_total", .gauge, "mailboxes"),
        ("pool.count", .gauge, "pool_count"),
        ("pool_bucket", .recorder, "pool_bucket"),
        ("reply-size", .recorder, "reply_size"),
        ("http.server.request.duration", .timer, "http_server_request_duration_seconds"),
        ("lookup_seconds", .timer, "lookup_seconds"),
        ("lookup_ms", .timer, "lookup_seconds"),
        ("lookup.milliseconds", .timer, "lookup_seconds"),
        ("seconds", .timer, "seconds_seconds"),
        ("_ms", .timer, "_ms_seconds"),
        ("", .gauge, "unnamed"),
        ("5xx", .gauge, "_5xx"),
        ("a:b c/d", .gauge, "a_b_c_d"),
        ("größe", .gauge, "gr_f6__df_e"),
        ("温度", .gauge, "_6e29__5ea6_"),
        ("a\0b\n\"", .gauge, "a_b__"),
        ("__x", .gauge, "__x"),
      ])
    func metrics(label: String, kind: InstrumentKind, name: String) throws {
      #expect(ExportedName.metric(label, kind) == name)
      // None of them is refused by a registry.
      let fixture = try Fixture()
      switch kind {
      case .counter: _ = fixture.factory.makeCounter(label: label, dimensions: [])
      case .gauge: _ = fixture.factory.makeMeter(label: label, dimensions: [])
      case .recorder: _ = fixture.factory.makeRecorder(label: label, dimensions: [], aggregate: true)
      case .timer: _ = fixture.factory.makeTimer(label: label, dimensions: [])
      }
      #expect(fixture.messages == [])
      #expect(fixture.registry.families.contains { $0.descriptor.name == name })
    }

    @Test("are cut where they are long, and still differ")
    func long() {
      let text = String(repeating: "a", count: 1 << 20)
      let names = [text + "b", text + "c", text + "."].map { ExportedName.metric($0, .gauge) }
      #expect(Set(names).count == 3)
      #expect(names.allSatisfy { $0.utf8.count <= 220 })
      #expect(ExportedName.key(text + "b") != ExportedName.key(text + "c"))
    }

    @Test(
      "are told apart where only what they are written as is long",
      arguments: [("é", 60), ("温", 34), ("\u{1F4A3}", 40), ("1", 199)])
    func longWhenWritten(character: String, count: Int) {
      let text = String(repeating: character, count: count)
      #expect(text.utf8.count < ExportedName.longest)
      let names = ["a", "b"].map { ExportedName.metric(text + $0, .gauge) }
      #expect(Set(names).count == 2)
      #expect(names.allSatisfy { $0.utf8.count <= 230 })
      let labels = ExportedName.labels([(text + "a", "1"), (text + "b", "2")], beside: [])
      #expect(labels.map(\.1) == ["1", "2"])
    }

    @Test("of dimensions are legal, and none is lost")
    func dimensions() {
      let labels = ExportedName.labels(
        [
          ("http.route", "/"), ("le", "1"), ("quantile", "2"), ("__name__", "3"), ("site", "4"), ("", "5"),
          ("9", "6"), ("é", "7"), ("twice", "8"), ("twice", "9"), ("a.b", "10"), ("a-b", "11"),
        ], beside: ["site"])
      #expect(
        labels.map { "\($0.0)=\($0.1)" } == [
          "http_route=/", "exported_le=1", "exported_quantile=2", "exported___name__=3", "exported_site=4",
          "unnamed=5", "_9=6", "_e9_=7", "twice=9", "a_b=11;10",
        ])
    }

    @Test("of dimensions that become one are joined alike in any order, each by its last value")
    func joined() {
      let dimensions = [("a.b", "10"), ("a-b", "11"), ("a_b", "12")]
      for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let labels = ExportedName.labels(order.map { dimensions[$0] }, beside: [])
        #expect(labels.map { "\($0.0)=\($0.1)" } == ["a_b=11;10;12"], "\(order)")
      }
      let again = ExportedName.labels([("a.b", "1"), ("a-b", "2"), ("a.b", "3"), ("a-b", "4")], beside: [])
      #expect(again.map(\.1) == ["4;3"])
    }

    @Test("of 20,000 dimensions that become one cost no more than as many that do not")
    func joinedMany() {
      // Twenty bits, each written as one of two characters that no name may have.
      let names = (0..<20_000).map { number in
        "n" + String((0..<20).map { number >> $0 & 1 == 0 ? Character("-") : Character(".") })
      }
      let labels = ExportedName.labels(names.map { ($0, "x") } + names.map { ($0, "y") }, beside: [])
      #expect(labels.count == 1)
      #expect(labels.first?.1.utf8.count == 2 * 20_000 - 1)
      #expect(labels.first?.1.utf8.contains(UInt8(ascii: "x")) == false)
    }

    @Test("of dimensions are told apart, however many there are", arguments: [1, 15, 16, 17, 18, 1000])
    func manyDimensions(count: Int) {
      let names = (0..<count).map { "n\($0)" }
      let twice = names.map { ($0, "old") } + names.map { ($0, "new") }
      let labels = ExportedName.labels(twice, beside: [])
      #expect(labels.map(\.0) == names)
      #expect(labels.allSatisfy { $0.1 == "new" })
    }

    @Test("that become one are one metric, which the log says once", arguments: [1, 3])
    func merged(times: Int) async throws {
      let fixture = try Fixture()
      for _ in 0..<times {
        fixture.factory.makeCounter(label: "a.b", dimensions: []).increment(by: 1)
        fixture.factory.makeCounter(label: "a-b", dimensions: []).increment(by: 2)
      }
      #expect(await fixture.registry.value("a_b_total") == Double(3 * times))
      #expect(fixture.messages == ["swift-metrics: a-b and a.b are both a_b_total"])
    }

    @Test("have the namespace of the registry before them, once")
    func namespace() async throws {
      let fixture = try Fixture(namespace: "mx")
      fixture.factory.makeCounter(label: "hits", dimensions: []).increment(by: 1)
      fixture.factory.makeCounter(label: "mx.hits", dimensions: []).increment(by: 1)
      #expect(await fixture.registry.value("mx_hits_total") == 2)
    }

    @Test("can be given by the mapping of swift-metrics, through which handles are destroyed too")
    func mapping() async throws {
      let fixture = try Fixture()
      let mapped = fixture.factory.withLabelAndDimensionsMapping { label, dimensions in
        ("library_" + label, dimensions + [("zone", "b")])
      }
      let counter = CoreMetrics.Counter(label: "hits", dimensions: [("a", "1")], factory: mapped)
      counter.increment()
      #expect(await fixture.registry.value("library_hits_total", ["a": "1", "zone": "b"]) == 1)
      counter.destroy()
      #expect(await fixture.samples("library_hits_total") == [])
    }
  }
#endif

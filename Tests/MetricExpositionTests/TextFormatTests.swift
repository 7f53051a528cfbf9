// Are the text formats written as their specifications say?

@testable import MetricExposition
import MetricInstruments
import Testing

@Suite("The text formats")
struct TextFormatTests {
  let registry: Registry

  init() throws { registry = try Registry(namespace: "mail") }

  @Test("write a counter with its full name in one and its base name in the other")
  func counter() throws {
    let counter = try registry.register(.counter("bytes_total", help: "Bytes."))
    counter.increment(by: 3)
    #expect(
      registry.text() == """
        # HELP mail_bytes_total Bytes.
        # TYPE mail_bytes_total counter
        mail_bytes_total 3

        """)
    #expect(
      registry.text(.openMetrics) == """
        # HELP mail_bytes Bytes.
        # TYPE mail_bytes counter
        mail_bytes_total 3
        # EOF

        """)
  }

  @Test("write a histogram cumulatively, with canonical bounds, and a unit in OpenMetrics only")
  func histogram() throws {
    let histogram = try registry.register(
      .histogram("wait_seconds", help: "Wait.", unit: "seconds", buckets: [0.5, 1, 1e6]))
    for value in [0.25, 0.5, 0.75, 2e6] { histogram.observe(value) }
    let samples = """
      mail_wait_seconds_bucket{le="0.5"} 2
      mail_wait_seconds_bucket{le="1.0"} 3
      mail_wait_seconds_bucket{le="1e+06"} 3
      mail_wait_seconds_bucket{le="+Inf"} 4
      mail_wait_seconds_sum 2000001.5
      mail_wait_seconds_count 4

      """
    #expect(
      registry.text() == "# HELP mail_wait_seconds Wait.\n# TYPE mail_wait_seconds histogram\n" + samples)
    #expect(
      registry.text(.openMetrics)
        == "# HELP mail_wait_seconds Wait.\n# TYPE mail_wait_seconds histogram\n# UNIT mail_wait_seconds seconds\n"
        + samples + "# EOF\n")
  }

  @Test("put the labels of a histogram before le, on every line")
  func labelledHistogram() throws {
    let family = try registry.register(
      .histogram("wait_seconds", help: "", buckets: [1]), by: ("colour", Colour.self))
    family[.green].observe(0.5)
    #expect(
      registry.text() == """
        # TYPE mail_wait_seconds histogram
        mail_wait_seconds_bucket{colour="green",le="1.0"} 1
        mail_wait_seconds_bucket{colour="green",le="+Inf"} 1
        mail_wait_seconds_sum{colour="green"} 0.5
        mail_wait_seconds_count{colour="green"} 1

        """)
  }

  @Test("show an unlabelled histogram from the start, and a family without series not at all")
  func emptiness() throws {
    _ = try registry.register(.histogram("a", help: "", buckets: [1]))
    _ = try registry.register(.histogram("b", help: ""), by: ("colour", Colour.self))
    _ = try registry.register(.counter("c_total", help: ""), byBounded: "x")
    _ = try registry.register(.gauge("d", help: "", absentUntilSet: true))
    #expect(
      registry.text() == """
        # TYPE mail_a histogram
        mail_a_bucket{le="1.0"} 0
        mail_a_bucket{le="+Inf"} 0
        mail_a_sum 0
        mail_a_count 0

        """)
  }

  @Test("escape label values alike, and help by the rules of each")
  func escaping() throws {
    let family = try registry.register(
      .counter("x_total", help: "a \"quoted\" \\ help\nwith a line feed"), byBounded: "label")
    family["a\"b\\c\nd"].increment()
    family[""].increment()
    let samples = "mail_x_total{label=\"a\\\"b\\\\c\\nd\"} 1\nmail_x_total{label=\"\"} 1\n"
    #expect(
      registry.text()
        == "# HELP mail_x_total a \"quoted\" \\\\ help\\nwith a line feed\n# TYPE mail_x_total counter\n"
        + samples)
    #expect(
      registry.text(.openMetrics)
        == "# HELP mail_x a \\\"quoted\\\" \\\\ help\\nwith a line feed\n# TYPE mail_x counter\n" + samples
        + "# EOF\n")
  }

  @Test("write an info and a state set as gauges in one, and by their types in the other")
  func infoAndStates() throws {
    let info = try registry.info("build_info", help: "", ["version": "1", "revision": "a\"b"])
    let states = try registry.stateSet("phase", help: "", of: Colour.self)
    states.setOnly(.green)
    info.set(["version": "2", "unknown": "x"])
    let infoLine = "mail_build_info{version=\"2\",revision=\"a\\\"b\"} 1\n"
    let stateLines = "mail_phase{mail_phase=\"red\"} 0\nmail_phase{mail_phase=\"green\"} 1\n"
    #expect(
      registry.text() == "# TYPE mail_build_info gauge\n\(infoLine)# TYPE mail_phase gauge\n\(stateLines)")
    #expect(
      registry.text(.openMetrics)
        == "# TYPE mail_build info\n\(infoLine)# TYPE mail_phase stateset\n\(stateLines)# EOF\n")
  }

  @Test("write _created only where it is asked for")
  func created() throws {
    _ = try registry.register(.counter("x_total", help: ""))
    var format = ExpositionFormat.openMetrics
    format.created = true
    let lines = registry.text(format).split(separator: "\n")
    #expect(lines.count == 4)
    let created = try #require(lines[2].split(separator: " ").last.flatMap { Double(String($0)) })
    #expect(lines[2].hasPrefix("mail_x_created "))
    #expect(created > 1.7e9 && created < 4e9)
    #expect(!registry.text(.openMetrics).contains("_created"))
  }

  @Test("write what collectors returned among the rest, by name")
  func collected() throws {
    _ = try registry.register(.gauge("b", help: ""))
    let families = [
      CollectedFamily("mail_a", .gauge, help: "A.", value: .nan),
      CollectedFamily(
        "mail_c_total", .counter, help: "",
        samples: [CollectedSample(1.5, ["l": "x\ny"], timestamp: 1234.5)]),
    ]
    #expect(
      registry.text(collected: families) == """
        # HELP mail_a A.
        # TYPE mail_a gauge
        mail_a NaN
        # TYPE mail_b gauge
        mail_b 0
        # TYPE mail_c_total counter
        mail_c_total{l="x\\ny"} 1.5 1234500

        """)
    #expect(
      registry.text(.openMetrics, collected: families).contains("mail_c_total{l=\"x\\ny\"} 1.5 1234.5\n"))
  }

  @Test("write a collected histogram cumulatively")
  func collectedHistogram() {
    let family = CollectedFamily(
      "h", .histogram, help: "",
      samples: [CollectedSample(.init(bounds: [1, 2], counts: [1, 2, 3]), sum: 9, ["l": "v"])])
    #expect(family.problem(allowingUTF8: false) == nil)
    #expect(
      exposition(GatheredMetrics(registered: [], collected: checked([family])), .text) == """
        # TYPE h histogram
        h_bucket{l="v",le="1.0"} 1
        h_bucket{l="v",le="2.0"} 3
        h_bucket{l="v",le="+Inf"} 6
        h_sum{l="v"} 9
        h_count{l="v"} 6

        """)
  }

  @Test("come out the same in parts of any size")
  func parts() throws {
    let bounded = try registry.register(.counter("x_total", help: "X."), byBounded: "n", limit: 1000)
    for number in 0..<700 { bounded["\(number)"].increment(by: number) }
    let histograms = try registry.register(.histogram("h", help: "H."), byBounded: "n")
    for number in 0..<40 { histograms["\(number)"].observe(Double(number)) }
    _ = try registry.register(.gauge("z", help: "Z."), by: ("colour", Colour.self))
    let whole = registry.text(.openMetrics)
    for size in [1, 100, 1000, 10_000] {
      var encoder = TextEncoder(
        GatheredMetrics(
          registered: registry.families.filter { !$0.descriptor.name.contains("observability_") }),
        format: .openMetrics)
      var buffer = OutputBuffer(capacity: 256)
      var text = ""
      var hasMore = true
      while hasMore {
        buffer.removeAll()
        hasMore = encoder.encode(to: &buffer, untilSize: size)
        text += String(decoding: buffer.bytes, as: UTF8.self)
      }
      #expect(text == whole, "in parts of \(size)")
    }
  }

  @Test("keep to the families whose names, or whose samples' names, are asked for")
  func names() throws {
    _ = try registry.register(.counter("x_total", help: ""))
    _ = try registry.register(.histogram("h", help: "", buckets: [1]))
    _ = try registry.register(.gauge("g", help: ""))
    func families(_ names: Set<String>) -> [String] {
      GatheredMetrics(registered: registry.families, names: names).items.map(\.name)
    }
    #expect(families(["mail_x_total"]) == ["mail_x_total"])
    #expect(families(["mail_x", "mail_h_bucket"]) == ["mail_h", "mail_x_total"])
    #expect(families(["nothing"]) == [])
  }

  @Test("hold whole observations in every scrape while threads record")
  func consistency() async throws {
    let histogram = try registry.register(.histogram("h", help: ""), by: ("colour", Colour.self))
    let registry = registry
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask { for _ in 0..<50_000 { histogram[.red].observe(0.5) } }
      }
      for _ in 0..<200 {
        var values: [Substring: Double] = [:]
        for line in registry.text().split(separator: "\n") where !line.hasPrefix("#") {
          let parts = line.split(separator: " ")
          values[parts[0]] = Double(String(parts[1]))
        }
        let count = values["mail_h_count{colour=\"red\"}"] ?? 0
        #expect(values["mail_h_bucket{colour=\"red\",le=\"+Inf\"}"] ?? 0 == count)
        #expect(values["mail_h_sum{colour=\"red\"}"] ?? 0 == count / 2)
      }
    }
  }
}

@Suite("A collected family is left out when it")
struct CollectedFamilyTests {
  @Test(
    "is not well formed",
    arguments: [
      CollectedFamily("a b", .gauge, help: "", value: 1),
      CollectedFamily("x", .counter, help: "", value: 1),
      CollectedFamily("x_total", .counter, help: "", value: -1),
      CollectedFamily("x_total", .counter, help: "", value: .nan),
      CollectedFamily("x_count", .gauge, help: "", value: 1),
      CollectedFamily("x", .gauge, help: "", unit: "bytes", value: 1),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, ["a-b": "v"])]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, ["a": "v", "a": "w"])]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, ["__a": "v"])]),
      CollectedFamily(
        "x", .gauge, help: "", samples: [CollectedSample(1, ["a": "v"]), CollectedSample(2, ["a": "v"])]),
      CollectedFamily(
        "x", .gauge, help: "",
        samples: [CollectedSample(1, ["a": "v", "b": "w"]), CollectedSample(2, ["b": "w", "a": "v"])]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: .infinity)]),
      CollectedFamily(
        "x", .gauge, help: "", samples: [CollectedSample(1, ["a": String(repeating: "x", count: 2000)])]),
      CollectedFamily("x", .histogram, help: "", value: 1),
      CollectedFamily(
        "x", .histogram, help: "", samples: [CollectedSample(.init(bounds: [1, 2], counts: [1, 2]), sum: 1)]),
      CollectedFamily(
        "x", .histogram, help: "",
        samples: [CollectedSample(.init(bounds: [2, 1], counts: [1, 2, 3]), sum: 1)]),
      CollectedFamily("x_info", .info, help: "", value: 2),
      CollectedFamily("x_info", .info, help: "", value: 0),
      // Nanoseconds and milliseconds instead of seconds, and what is no time at all.
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1.764e18)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1.764e12)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1e300)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: -1)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: .nan)]),
      // Of another type than the family.
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(distribution([1, 2]), sum: 3)]),
      CollectedFamily(
        "x_total", .counter, help: "", samples: [CollectedSample(distribution([1, 2]), sum: 3)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(.info)]),
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(.states([.init("on", true)]))]),
      CollectedFamily("x", .stateset, help: "", value: 1),
      // Counts whose sum no format can carry, and sums that are none.
      CollectedFamily(
        "x", .histogram, help: "", samples: [CollectedSample(distribution([.max, 1]), sum: 3)]),
      CollectedFamily(
        "x", .histogram, help: "", samples: [CollectedSample(distribution([1, 1]), sum: .nan)]),
      CollectedFamily("x", .histogram, help: "", samples: [CollectedSample(distribution([1, 1]), sum: -1)]),
      CollectedFamily(
        "x", .histogram, help: "",
        samples: [
          CollectedSample(distribution([1, 2]), sum: 3, ["a": "b"]),
          CollectedSample(.init(bounds: [2], counts: [1, 2]), sum: 3),
        ]),
      // An empty label is none.
      CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(2), CollectedSample(1, ["a": ""])]),
      CollectedFamily(
        "x", .gauge, help: "",
        samples: [CollectedSample(2, ["b": "c"]), CollectedSample(1, ["a": "", "b": "c"])]),
      // The library writes the label of the states.
      CollectedFamily(
        "x", .stateset, help: "", samples: [CollectedSample(.states([.init("on", true)]), ["x": "on"])]),
      CollectedFamily(
        "x", .stateset, help: "",
        samples: [CollectedSample(.states([.init("on", true), .init("on", false)]))]),
      CollectedFamily("x", .stateset, help: "", samples: [CollectedSample(.states([.init("", true)]))]),
      CollectedFamily("x:y", .stateset, help: "", samples: [CollectedSample(.states([.init("on", true)]))]),
    ])
  func malformed(family: CollectedFamily) {
    #expect(family.problem(allowingUTF8: false) != nil)
    #expect(checked([family]).isEmpty || family.problem(allowingUTF8: true) == nil)
  }

  private static func distribution(_ counts: [UInt64]) -> CollectedSample.Distribution {
    .init(bounds: [1], counts: counts)
  }

  @Test("is refused for its time, and its error says what a time is")
  func timestampMessage() {
    let family = CollectedFamily("x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1.764e18)])
    #expect(
      family.problem(allowingUTF8: false)
        == "x: a timestamp is in seconds, from 1970 to the year 9999, and was 1.764e+18")
  }

  @Test("keeps apart what only canonical equivalence takes for the same")
  func canonicalEquivalence() {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    #expect(composed == decomposed)
    let family = CollectedFamily(
      "x", .gauge, help: "",
      samples: [CollectedSample(1, ["mailbox": composed]), CollectedSample(2, ["mailbox": decomposed])])
    #expect(family.problem(allowingUTF8: false) == nil)
    let text = exposition(GatheredMetrics(registered: [], collected: checked([family])), .text)
    #expect(
      text.utf8.elementsEqual(
        """
        # TYPE x gauge
        x{mailbox="\(composed)"} 1
        x{mailbox="\(decomposed)"} 2

        """.utf8))
  }

  @Test(
    "writes states under the label that OpenMetrics requires, and an info as 1", arguments: [true, false])
  func statesAndInfos(inOpenMetrics: Bool) {
    let families = checked([
      CollectedFamily(
        "door", .stateset, help: "",
        samples: [CollectedSample(.states([.init("open", true), .init("shut", false)]), ["house": "1"])]),
      CollectedFamily("lock_info", .info, help: "", samples: [CollectedSample(.info, ["maker": "x"])]),
    ])
    let metrics = GatheredMetrics(registered: [], collected: families)
    let text = exposition(metrics, inOpenMetrics ? .openMetrics : .text)
    #expect(text.contains("\ndoor{house=\"1\",door=\"open\"} 1\ndoor{house=\"1\",door=\"shut\"} 0\n"))
    #expect(text.contains("\nlock_info{maker=\"x\"} 1\n"))
    #expect(text.contains(inOpenMetrics ? "# TYPE door stateset\n" : "# TYPE door gauge\n"))
    #expect(json(metrics).contains(#"[{"house":"1","door":"open","@":1},{"house":"1","door":"shut","@":0}]"#))
  }
}

// Is `/metrics.json` one document that says what was recorded?

@testable import MetricExposition
import MetricInstruments
import Testing

@Suite("The JSON form")
struct JSONFormTests {
  let registry: Registry

  init() throws { registry = try Registry(namespace: "mail") }

  private func family(_ name: String, _ type: String, _ value: String, help: String = "") -> String {
    "{\n\"\(name)\":{\"help\":\"\(help)\",\"type\":\"\(type)\",\"value\":\(value)}\n}\n"
  }

  @Test("writes a number without labels as it is")
  func scalars() throws {
    let counter = try registry.register(.counter("a_total", help: "A."))
    counter.increment(by: 9_007_199_254_740_993 as UInt64)
    #expect(registry.json() == family("mail_a_total", "counter", "9007199254740993", help: "A."))
    #expect(registry.unregister("a_total"))
    let gauge = try registry.register(.gauge("b", help: ""))
    gauge.set(-0.25)
    #expect(registry.json() == family("mail_b", "gauge", "-0.25"))
  }

  @Test("writes one label as an object in an object, and several as a list")
  func labels() throws {
    let one = try registry.register(.counter("a_total", help: ""), byBounded: "domain")
    one["x.example"].increment(by: 2)
    one["y.example"].increment(by: 0.5)
    #expect(
      registry.json() == family("mail_a_total", "counter", #"{"domain":{"x.example":2,"y.example":0.5}}"#))
    #expect(registry.unregister("a_total"))
    let three = try registry.register(.gauge("b", help: ""), byBounded: "x", "y", "z")
    three["1", "", "3"].set(7)
    three["4", "5", "6"].set(-8)
    #expect(
      registry.json()
        == family("mail_b", "gauge", #"[{"x":"1","y":"","z":"3","@":7},{"x":"4","y":"5","z":"6","@":-8}]"#))
  }

  @Test("writes a histogram with its count, sum, average and cumulative buckets")
  func histogram() throws {
    let histogram = try registry.register(.histogram("h", help: "", buckets: [0.5, 1e6]))
    #expect(
      registry.json()
        == family(
          "mail_h", "histogram", #"{"count":0,"sum":0,"avg":null,"bucket":[[0.5,0],[1000000,0],[null,0]]}"#))
    for value in [0.5, 2, 2e6] { histogram.observe(value) }
    #expect(
      registry.json()
        == family(
          "mail_h", "histogram",
          #"{"count":3,"sum":2000002.5,"avg":666667.5,"bucket":[[0.5,1],[1000000,2],[null,3]]}"#))
  }

  @Test("writes a labelled histogram under its labels, and only what was observed")
  func labelledHistogram() throws {
    let family = try registry.register(.histogram("h", help: "", buckets: [1]), by: ("colour", Colour.self))
    family[.green].observe(0.5)
    #expect(
      registry.json()
        == self.family(
          "mail_h", "histogram",
          #"{"colour":{"green":{"count":1,"sum":0.5,"avg":0.5,"bucket":[[1,1],[null,1]]}}}"#))
  }

  @Test("writes null for a family without series")
  func empty() throws {
    _ = try registry.register(.gauge("a", help: "", absentUntilSet: true))
    _ = try registry.register(.counter("b_total", help: ""), byBounded: "x")
    _ = try registry.register(.histogram("c", help: ""), by: ("colour", Colour.self))
    let values = registry.json().split(separator: "\n").dropFirst().dropLast()
    #expect(values.count == 3 && values.allSatisfy { $0.contains("\"value\":null}") })
    #expect(json(GatheredMetrics(registered: [])) == "{}\n")
  }

  @Test("writes infos and state sets as labelled gauges")
  func infoAndStates() throws {
    _ = try registry.info("build_info", help: "", ["version": "1", "revision": "a\"b"])
    #expect(
      registry.json() == family("mail_build_info", "gauge", #"[{"version":"1","revision":"a\"b","@":1}]"#))
    #expect(registry.unregister("build_info"))
    let states = try registry.stateSet("phase", help: "", of: Colour.self)
    states.setOnly(.green)
    #expect(registry.json() == family("mail_phase", "gauge", #"{"mail_phase":{"red":0,"green":1}}"#))
  }

  @Test(
    "escapes what JSON wants escaped and what could become markup, and nothing else",
    arguments: [
      ("a\"b\\c\nd", #"a\"b\\c\nd"#), ("\r\t\u{1}\u{1f}", #"\r\t\u0001\u001f"#),
      ("\u{7f}</script>", #"\u007f\u003c/script\u003e"#),
      ("ünï \u{1F4EC}\u{2028}", "ünï \u{1F4EC}\u{2028}"), ("", ""), ("\u{8}", #"\u0008"#),
    ])
  func escaping(value: String, escaped: String) throws {
    let one = try registry.register(.counter("x_total", help: value), byBounded: "l")
    one[value].increment()
    #expect(registry.json() == family("mail_x_total", "counter", "{\"l\":{\"\(escaped)\":1}}", help: escaped))
    #expect(registry.unregister("x_total"))
    let two = try registry.register(.counter("y_total", help: ""), byBounded: "l", "m")
    two["plain", value].increment()
    #expect(
      registry.json() == family("mail_y_total", "counter", "[{\"l\":\"plain\",\"m\":\"\(escaped)\",\"@\":1}]")
    )
  }

  @Test("writes null for what is not finite, and collected families by the labels they have")
  func collected() {
    func value(_ family: CollectedFamily) -> Substring {
      #expect(family.problem(allowingUTF8: true) == nil)
      let text = json(GatheredMetrics(registered: [], collected: checked([family])))
      return text.split(separator: "\"value\":")[1].dropLast(4)
    }
    for number in [Double.nan, .infinity, -.infinity] {
      #expect(value(CollectedFamily("x", .gauge, help: "", value: number)) == "null")
    }
    #expect(
      value(
        CollectedFamily(
          "x", .gauge, help: "",
          samples: [CollectedSample(1, ["a": "\n"]), CollectedSample(.nan, ["a": "c"])]))
        == #"{"a":{"\n":1,"c":null}}"#)
    #expect(
      value(
        CollectedFamily(
          "x", .unknown, help: "",
          samples: [
            CollectedSample(1), CollectedSample(2, ["a": "b"]), CollectedSample(3, ["c": "d", "e": "f"]),
          ]))
        == #"[{"@":1},{"a":"b","@":2},{"c":"d","e":"f","@":3}]"#)
    #expect(
      value(
        CollectedFamily(
          "x", .histogram, help: "",
          samples: [CollectedSample(.init(bounds: [1], counts: [1, 2]), sum: 6, ["a": "b"])]))
        == #"{"a":{"b":{"count":3,"sum":6,"avg":2,"bucket":[[1,1],[null,3]]}}}"#)
  }

  @Test("has no key twice: what would look alike is one series, or is refused")
  func duplicates() throws {
    let utf8 = try Registry(allowsUTF8Names: true)
    let family = try utf8.register(.counter("x_total", help: ""), byBounded: "l", limit: 3)
    for value in ["a\0", "a\u{FFFD}", "other", "b", "c", "d"] { family[value].increment() }
    #expect(utf8.json().contains(#"{"l":{"a\#u{FFFD}":2,"other":2,"b":1,"c":1}}"#))
    #expect(throws: RegistrationError.self) { try utf8.register(.gauge("y", help: ""), byBounded: "@", "b") }
    let collected = CollectedFamily(
      "y", .gauge, help: "",
      samples: [CollectedSample(1, ["a": "\0"]), CollectedSample(2, ["a": "\u{FFFD}"])])
    #expect(collected.problem(allowingUTF8: true) != nil)
    let at = CollectedFamily("y", .gauge, help: "", samples: [CollectedSample(1, ["@": "v", "a": "w"])])
    #expect(at.problem(allowingUTF8: true) != nil)
  }

  @Test("comes out the same in parts of any size")
  func parts() throws {
    let bounded = try registry.register(.counter("x_total", help: "X."), byBounded: "n", limit: 1000)
    for number in 0..<700 { bounded["\(number)"].increment(by: number) }
    let pairs = try registry.register(.histogram("h", help: "H."), byBounded: "n", "m")
    for number in 0..<40 { pairs["\(number)", "\n"].observe(Double(number)) }
    _ = try registry.register(.gauge("z", help: "Z."), by: ("colour", Colour.self))
    let metrics = GatheredMetrics(
      registered: registry.families,
      collected: checked([CollectedFamily("collected", .gauge, help: "", value: 1)]))
    let whole = json(metrics)
    #expect(whole.hasSuffix("\n}\n"))
    for size in [1, 100, 1000, 10_000] {
      var encoder = MetricsJSONEncoder(metrics)
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
}

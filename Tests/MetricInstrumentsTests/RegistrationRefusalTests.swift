// Which names, units, labels and bounds can no metric have?

@testable import MetricInstruments
import Testing

@Suite("A registry asked for what cannot be exported")
struct RegistrationRefusalTests {
  let registry: Registry

  init() throws { registry = try Registry(namespace: "mail") }

  @Test(
    "refuses a name that one of another family's samples would have",
    arguments: ["h", "x", "build"])
  func clashes(name: String) throws {
    _ = try registry.register(.histogram("h", help: ""))
    _ = try registry.register(.counter("x_total", help: ""))
    _ = try registry.info("build_info", help: "", ["version": "1"])
    #expect(code { _ = try registry.register(.gauge(name, help: "")) } == .conflict)
  }

  @Test(
    "refuses a name that is none or that another type's samples have",
    arguments: [
      "", "a b", "a-b", "ä", "a\n", "x_count", "x_sum", "x_bucket", "x_created", "x_info", "x_total",
    ])
  func badGaugeNames(name: String) throws {
    let registry = try Registry()
    #expect(code { _ = try registry.register(.gauge(name, help: "")) } == .invalidName)
  }

  @Test(
    "refuses a counter without _total and an info without _info", arguments: ["x", "_total", "x_total_y"])
  func badCounterNames(name: String) throws {
    let registry = try Registry()
    #expect(code { _ = try registry.register(.counter(name, help: "")) } == .invalidName)
    #expect(code { _ = try registry.info(name, help: "", [:]) } == .invalidName)
  }

  @Test("refuses a unit that is not the end of the name")
  func units() throws {
    #expect(code { _ = try registry.register(.gauge("size", help: "", unit: "bytes")) } == .invalidUnit)
    #expect(
      code { _ = try registry.register(.counter("x_bytes_total", help: "", unit: "seconds")) } == .invalidUnit
    )
    _ = try registry.register(.gauge("size_bytes", help: "", unit: "bytes"))
    _ = try registry.register(.counter("sent_bytes_total", help: "", unit: "bytes"))
  }

  @Test(
    "refuses label names that are none, reserved or twice there",
    arguments: [["a", "a"], ["__name"], ["9a"], ["a-b"], [""], ["le"], ["quantile"], ["a:b"], ["ä"]])
  func labelNames(names: [String]) {
    #expect(
      code {
        if names.count == 1 {
          _ = try registry.register(.histogram("h", help: ""), byBounded: names[0])
        } else {
          _ = try registry.register(.histogram("h", help: ""), byBounded: names[0], names[1])
        }
      } == .invalidLabels)
  }

  @Test("lets a counter have a label called le")
  func leOnCounter() throws {
    _ = try registry.register(.counter("x_total", help: ""), byBounded: "le")
  }

  @Test(
    "refuses bounds that are none, unsorted, twice there, infinite, negative or NaN",
    arguments: [
      [], [2, 1], [1, 1], [1, Double.infinity], [-1, 1], [Double.nan], (0...500).map { Double($0) },
    ])
  func bounds(values: [Double]) {
    #expect(
      code { _ = try registry.register(.histogram("h", help: "", buckets: BucketBounds(values))) }
        == .invalidBounds)
  }

  @Test("takes any text as a name where it is allowed to")
  func utf8() throws {
    let registry = try Registry(allowsUTF8Names: true)
    _ = try registry.register(.counter("mail.größe_total", help: ""), byBounded: "peer.name")
    #expect(code { _ = try registry.register(.gauge("", help: "")) } == .invalidName)
    #expect(code { _ = try registry.register(.gauge("a\0", help: "")) } == .invalidName)
  }

  @Test("says what is wrong and with which metric")
  func description() {
    let error = #expect(throws: RegistrationError.self) {
      _ = try registry.register(.counter("requests", help: ""))
    }
    #expect(error?.description == "mail_requests: the name of a counter ends in _total")
  }
}

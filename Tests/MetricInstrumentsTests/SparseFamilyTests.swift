// Do series whose labels are named at run time live in one family, within its bounds?

@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A sparse family")
struct SparseFamilyTests {
  let registry: Registry

  init() throws { registry = try Registry(constantLabels: ["site": "a"]) }

  private func text(of series: MetricInstrument) -> String {
    String(decoding: series.labels.text, as: UTF8.self)
  }

  @Test("has one series for a set of labels, in any order, and an empty label is none")
  func identity() throws {
    let family = try registry.registerSparse(.counter("hits_total", help: ""))
    let both = family[["route": "/", "status": "200"]]
    #expect(family[["status": "200", "route": "/"]] === both)
    #expect(family[["status": "200", "route": "/", "absent": ""]] === both)
    #expect(family[["route": "ignored", "route": "/", "status": "200"]] === both)
    #expect(family.series([("route", "/"), ("status", "200")]) === both)
    let route = family[["route": "/"]]
    let status = family[["status": "200"]]
    let method = family[["method": "GET"]]
    let none = family[[:]]
    let all = [both, route, status, method, none]
    #expect(Set(all.map { ObjectIdentifier($0) }).count == 5)
    #expect(family.count == 5)
    #expect(family[[:]] === none)
    #expect(
      all.map(text) == [
        "route=\"/\",status=\"200\",site=\"a\"", "route=\"/\",site=\"a\"", "status=\"200\",site=\"a\"",
        "method=\"GET\",site=\"a\"", "site=\"a\"",
      ])
    #expect(family[["a\u{301}": "1"]] === family[["other name": "1"]])
  }

  @Test(
    "gives series up by the instrument, finds those that are there, and is one when it is registered again")
  func removal() throws {
    let family = try registry.registerSparse(.gauge("g", help: ""))
    #expect(family.existing(["a": "1"]) == nil)
    let labels: [KeyValuePairs<String, String>] = [["a": "1"], ["b": "1"], [:], ["a": "1", "c": "2"]]
    for labels in labels {
      let series = family[labels]
      #expect(family.existing(labels) === series)
      #expect(family.remove(series))
      #expect(!family.remove(series))
      #expect(family.existing(labels) == nil)
    }
    #expect(family.count == 0)
    #expect(family.existing(["never": "1"]) == nil)
    let again = try registry.registerSparse(.gauge("g", help: ""))
    #expect(again[["a": "1"]] === family[["a": "1"]])
    let error = #expect(throws: RegistrationError.self) {
      _ = try registry.registerSparse(.gauge("g", help: ""), limit: 3)
    }
    #expect(error?.message == "registered before with the limit 500, and now with 3")
  }

  @Test(
    "records what cannot be a label under other, and counts it",
    arguments: [
      "", "a b", "é", "__a", "quantile", "le", "site", "9", String(repeating: "x", count: 10) + "\0",
    ])
  func badNames(name: String) throws {
    let family = try registry.registerSparse(.histogram("h", help: ""))
    _ = family[["a": "1", "b": "2"]]
    let other = family[[name: "1", "a": "1"]]
    #expect(text(of: other) == "a=\"other\",b=\"other\",site=\"a\"")
    #expect(registry.rejected[.invalidLabel].value == 1)
    #expect(family[["a": String(repeating: "x", count: 1025)]] === other)
    #expect(registry.rejected[.invalidLabel].value == 2)
    #expect(!family.remove(other))
  }

  @Test("has one series without labels, whether none were given or none could be")
  func withoutLabels() throws {
    let family = try registry.registerSparse(.counter("hits_total", help: ""))
    family[["__name__": "x"]].increment()
    family[[:]].increment(by: 2)
    family[["a b": "x"]].increment(by: 3)
    #expect(family.count == 1)
    #expect(family[[:]].value == 6)
    #expect(registry.rejected[.invalidLabel].value == 2)
    family[["a": "1"]].increment()
    #expect(text(of: family[["__name__": "x"]]) == "a=\"other\",site=\"a\"")
    #expect(family.count == 3)
    let full = try registry.registerSparse(.counter("full_total", help: ""), limit: 0)
    #expect(full[[:]] === full[["__name__": "x"]])
    #expect(full[["a": "1"]] === full[[:]])
  }

  @Test("reads labels with nothing locked: a sequence may record into the family itself")
  func reentered() async throws {
    let family = try registry.registerSparse(.counter("hits_total", help: ""))
    let isDone = Flag()
    Task {
      await onThread {
        let labels = ["a", "b"].lazy.map { name in
          family[["inner": name]].increment()
          return (name, "1")
        }
        family.series(labels).increment()
      }
      isDone.set()
    }
    #expect(await eventually { isDone.isSet })
    #expect(family.existing(["a": "1", "b": "1"])?.value == 1)
  }

  @Test("takes a limit below 0 for one of 0, as other families do")
  func negativeLimit() throws {
    _ = try registry.registerSparse(.counter("hits_total", help: ""), limit: 0)
    _ = try registry.registerSparse(.counter("hits_total", help: ""), limit: .min)
    enum Colour: String, ClosedLabel { case red, green }
    for limit in [0, -1] {
      _ = try registry.register(
        .counter("mixed_total", help: ""), by: ("colour", Colour.self), byBounded: "a", limit: limit)
    }
  }

  @Test("has at most 64 names and as many series as its limit, the rest under other", arguments: [0, 1, 3])
  func bounds(limit: Int) throws {
    let family = try registry.registerSparse(.counter("hits_total", help: ""), limit: limit)
    for number in 0..<1000 { family[["n\(number)": "1"]].increment() }
    #expect(family.count == limit + 1)
    #expect(registry.rejected[.invalidLabel].value == 1000 - 64)
    #expect(registry.overflow["hits_total"].value == Double(64 - limit))
    for number in 0..<100 { family[["n0": "v\(number)"]].increment() }
    #expect(family.count == limit + 1)
  }

  @Test("expires series that nobody uses")
  func expiry() throws {
    let clock = ManualNanoseconds()
    let registry = try Registry(clock: clock.clock)
    let family = try registry.registerSparse(.counter("hits_total", help: ""), idleTimeout: .seconds(10))
    family[["a": "1"]].increment()
    _ = family[[:]]
    registry.expireIdleSeries()
    clock.advance(by: .seconds(20))
    registry.expireIdleSeries()
    #expect(family.count == 0)
  }
}

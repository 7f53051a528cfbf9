// Which registrations are refused, and which give back what exists?

import TestSupport
@testable import MetricInstruments
import Testing

@Suite("A registry")
struct RegistryTests {
  let registry: Registry

  init() throws { registry = try Registry(namespace: "mail") }

  @Test("puts its namespace before every name and sorts its families")
  func namespace() throws {
    _ = try registry.register(.counter("zebras_total", help: ""))
    _ = try registry.register(.gauge("ants", help: ""))
    #expect(
      registry.families.map(\.descriptor.name) == [
        "mail_ants", "mail_observability_overflow_total", "mail_observability_rejected_total",
        "mail_zebras_total",
      ])
  }

  @Test("refuses a namespace that cannot begin a name", arguments: ["9", "a-b", "ä", "a b"])
  func badNamespace(namespace: String) {
    #expect(code { _ = try Registry(namespace: namespace) } == .invalidName)
  }

  @Test("returns what exists when the same is registered again")
  func idempotent() throws {
    let first = try registry.register(.counter("a_total", help: "A."))
    let again = try registry.register(.counter("a_total", help: "A."))
    #expect(first === again)
    let family = try registry.register(.counter("b_total", help: ""), by: ("colour", Colour.self))
    let sameFamily = try registry.register(.counter("b_total", help: ""), by: ("colour", Colour.self))
    #expect(family[.red] === sameFamily[.red])
    let bounded = try registry.register(.gauge("c", help: ""), byBounded: "x")
    let sameBounded = try registry.register(.gauge("c", help: ""), byBounded: "x")
    #expect(bounded["v"] === sameBounded["v"])
  }

  @Test("refuses another metric under a name that is taken")
  func conflicts() throws {
    _ = try registry.register(.counter("a_total", help: "A."))
    #expect(code { _ = try registry.register(.counter("a_total", help: "Other help.")) } == .conflict)
    #expect(code { _ = try registry.register(.gauge("a", help: "A.")) } == .conflict)
    #expect(code { _ = try registry.register(.counter("a_total", help: "A."), byBounded: "x") } == .conflict)
    #expect(
      code { _ = try registry.register(.counter("a_total", help: "A."), by: ("c", Colour.self)) } == .conflict
    )
    _ = try registry.register(.histogram("h", help: "", buckets: [1, 2]))
    #expect(code { _ = try registry.register(.histogram("h", help: "", buckets: [1, 3])) } == .conflict)
  }

  @Test("tells what is registered again by its bytes: another spelling of a letter is another label, or help")
  func spellings() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    #expect(composed == decomposed)
    let registry = try Registry(allowsUTF8Names: true)
    _ = try registry.register(.counter("a_total", help: composed))
    #expect(code { _ = try registry.register(.counter("a_total", help: decomposed)) } == .conflict)
    _ = try registry.register(.counter("b_total", help: ""), byBounded: composed)
    #expect(
      code { _ = try registry.register(.counter("b_total", help: ""), byBounded: decomposed) } == .conflict)
    _ = try registry.register(.counter("c_total", help: ""), by: (composed, Colour.self))
    #expect(
      code { _ = try registry.register(.counter("c_total", help: ""), by: (decomposed, Colour.self)) }
        == .conflict)
    let info = try registry.info("d_info", help: "", [composed: "1", decomposed: "2"])
    #expect(
      code { _ = try registry.info("d_info", help: "", [decomposed: "1", composed: "2"]) } == .conflict)
    info.set([decomposed: "3"])
    #expect(info.facts.map(\.value) == ["1", "3"])
    let variables = PublishedVariables(registry)
    _ = try variables.integer("e", composed)
    #expect(code { _ = try variables.integer("e", decomposed) } == .conflict)
    // The very same is the same.
    _ = try registry.register(.counter("b_total", help: ""), byBounded: composed)
    _ = try variables.integer("e", composed)
  }

  @Test("tells families of other types of values apart, even when the values and names are the same")
  func valueTypes() throws {
    let registry = try Registry()
    enum Other: String, ClosedLabel { case red, green, blue }
    _ = try registry.register(.counter("a_total", help: ""), by: ("colour", Colour.self))
    #expect(
      code { _ = try registry.register(.counter("a_total", help: ""), by: ("colour", Other.self)) }
        == .conflict)
    #expect(
      code { _ = try registry.register(.counter("a_total", help: ""), byBounded: "colour") } == .conflict)
    _ = try registry.stateSet("b", help: "", of: Colour.self)
    #expect(code { _ = try registry.stateSet("b", help: "", of: Other.self) } == .conflict)
  }

  @Test("keeps nothing of what was unregistered")
  func unregistered() throws {
    let registry = try Registry()
    let variables = PublishedVariables(registry)
    let before = registry.seriesCount
    for number in 0..<1000 {
      let family = try registry.register(.counter("f\(number)_total", help: ""), byBounded: "a", limit: 0)
      family["x"].increment()
      let sparse = try registry.registerSparse(.counter("s\(number)_total", help: ""), limit: 0)
      sparse[["a": "x"]].increment()
      try registry.gauge("g\(number)", help: "") { 1 }
      _ = try variables.integer("v/\(number)")
      _ = try variables.map("m/\(number)")
      for name in ["f\(number)_total", "s\(number)_total", "g\(number)", "v/\(number)", "m/\(number)"] {
        #expect(registry.unregister(name))
      }
    }
    #expect(registry.seriesCount == before)
    #expect(registry.contents.collectors.isEmpty)
    #expect(registry.contents.owners.count == (try Registry().contents.owners.count))
    #expect(variables.all.count <= 64)
    // Another's name made legal is not that of a closure.
    try registry.gauge("a_b", help: "") { 1 }
    #expect(!registry.unregister("a-b"))
    // The count of what a family of the same name refuses begins anew, and goes on.
    let again = try registry.register(.counter("f1_total", help: ""), byBounded: "a", limit: 0)
    again["x"].increment()
    #expect(registry.overflow["f1_total"].value == 1)
  }

  @Test("takes up to four bounded labels, and says so of more")
  func boundedLabels() throws {
    let registry = try Registry()
    let names = ["b", "c"]
    // Whatever kind of string names a label, it is its text that counts.
    let three = try registry.register(.counter("a_total", help: ""), byBounded: "a", names[0], names[1])
    three["1", "2", "3"].increment()
    #expect(series(of: "a_total", in: registry).map(\.labels.values) == [["1", "2", "3"]])
    let again: BoundedFamily<Counter, (String, String, String)> = try registry.register(
      .counter("a_total", help: ""), byBounded: "a", "b", "c")
    #expect(again["1", "2", "3"].value == 1)
    #expect(
      code {
        _ = try registry.register(.counter("b_total", help: ""), byBounded: "a", "b", "c", "d", "e")
      } == .invalidLabels)
    _ = try registry.register(.counter("b_total", help: ""), byBounded: "a", "b", "c", "d")
  }

  @Test("lets a metric go, and its name be used again")
  func unregister() throws {
    let counter = try registry.register(.counter("a_total", help: "A."))
    #expect(registry.unregister("a_total"))
    #expect(!registry.unregister("a_total"))
    counter.increment()
    #expect(registry.rejected[.removedSeries].value == 1)
    let other = try registry.register(.counter("a_total", help: "Other."))
    other.increment()
    #expect(other.value == 1)
    #expect(!registry.families.contains { $0.descriptor.help == "A." })
  }

  struct Named: Collector {
    let name: String
    func collect() async throws -> [CollectedFamily] { [] }
  }

  @Test("has one collector of a name")
  func collectors() throws {
    try registry.add(Named(name: "one"))
    #expect(code { try registry.add(Named(name: "one")) } == .conflict)
    #expect(registry.removeCollector(named: "one"))
    #expect(!registry.removeCollector(named: "one"))
    try registry.add(Named(name: "one"))
  }

  @Test("asks for a collector's name with nothing locked")
  func collectorThatRegistersInItsName() throws {
    final class Busy: Collector {
      let registry: Registry
      init(_ registry: Registry) { self.registry = registry }
      var name: String {
        _ = try? registry.register(.counter("asked_total", help: ""))
        return "busy"
      }
      func collect() async throws -> [CollectedFamily] { [] }
    }
    let registry = try Registry()
    try registry.add(Busy(registry))
    #expect(registry.removeCollector(named: "busy"))
  }

  @Test("keeps what it exports about itself")
  func ownFamilies() throws {
    let registry = try Registry(namespace: "n")
    for name in ["observability_rejected_total", "observability_overflow_total"] {
      #expect(!registry.unregister(name))
      #expect(registry.families.contains { $0.descriptor.name == "n_\(name)" })
      #expect(throws: RegistrationError.self) { try registry.register(.counter(name, help: "")) }
    }
  }

  @Test("counts what is recorded into facts, states and variables that are exported no more")
  func closedFamilies() throws {
    let registry = try Registry()
    let info = try registry.info("build_info", help: "", ["version": "1"])
    let states = try registry.stateSet("shape", help: "", of: Shape.self)
    #expect(registry.unregister("build_info"))
    #expect(registry.unregister("shape"))
    info.set(["version": "2"])
    states.set(.flat, true)
    states.setOnly(.round)
    #expect(registry.rejected[.removedSeries].value == 3)
    #expect(info.facts.map(\.value) == ["1"])
    #expect(!states.isOn(.flat))
  }

  @Test("refuses a state set whose name cannot be that of its label", arguments: ["srv:mode", "__mode"])
  func stateSetName(name: String) throws {
    let registry = try Registry()
    #expect(code { _ = try registry.stateSet(name, help: "", of: Colour.self) } == .invalidName)
  }

  @Test(
    "refuses names beside each other only when one scraper would be told one name for both",
    arguments: [("\u{E9}", "日本", true), ("a b", "a.b", false), ("a b", "a_b", false), ("a.b", "a-c", true)])
  func escapedNames(first: String, second: String, areBothTaken: Bool) throws {
    let registry = try Registry(allowsUTF8Names: true)
    _ = try registry.register(.gauge(first, help: ""))
    #expect(code { _ = try registry.register(.gauge(second, help: "")) } == (areBothTaken ? nil : .conflict))
  }

  @Test(
    "publishes a variable anew that was unregistered by its own name", arguments: ["", "m"],
    ["puts", "queue/puts", "9"])
  func variableAgain(namespace: String, name: String) throws {
    let registry = try Registry(namespace: namespace)
    let variables = PublishedVariables(registry)
    let first = try variables.integer(name)
    let map = try variables.map("results", label: "result")
    #expect(registry.unregister(name))
    #expect(registry.unregister("results"))
    first.add(1)
    map["pass"].add(1)
    #expect(registry.rejected[.removedSeries].value == 2)
    let second = try variables.integer(name)
    second.add(3)
    try variables.map("results", label: "result")["pass"].add(4)
    #expect(second.value == 3)
    #expect(registry.families.contains { $0.descriptor.name == MetricName.legal(for: name) })
    #expect(series(of: "results", in: registry).compactMap { ($0 as? VariableCell)?.number } == [.integer(4)])
  }

  @Test("takes registrations while others read")
  func concurrent() throws {
    let registry = registry
    onThreads(4) { index in
      for number in 0..<200 {
        if index < 3 {
          let made = try? registry.register(.counter("c\(number)_total", help: ""))
          made?.increment()
        } else {
          for family in registry.families { _ = family.descriptor.claimedNames }
        }
      }
    }
    #expect(registry.families.count == 202)
    #expect(series(of: "mail_c7_total", in: registry).compactMap { $0 as? Counter }.first?.value == 3)
  }
}

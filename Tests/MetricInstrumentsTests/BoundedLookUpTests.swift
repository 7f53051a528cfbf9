// Do label values from outside find their series, within bounds?

@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A family over bounded labels, looked up,")
struct BoundedLookUpTests {
  let registry: Registry

  init() throws { registry = try Registry() }

  @Test("has one series for equal values and another for different ones")
  func lookup() throws {
    let family = try registry.domains()
    family["a"].increment()
    family["a"].increment()
    family["b"].increment()
    #expect(family["a"].value == 2)
    #expect(family["b"].value == 1)
    #expect(family["a"] === family["a"])
    #expect(family.count == 2)
  }

  @Test("tells four labels apart by each of them")
  func fourLabels() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a", "b", "c", "d")
    family["1", "2", "3", "4"].increment()
    for other in [["0", "2", "3", "4"], ["1", "0", "3", "4"], ["1", "2", "0", "4"], ["1", "2", "3", "0"]] {
      #expect(family[other[0], other[1], other[2], other[3]].value == 0)
    }
    #expect(family["1", "2", "3", "4"].value == 1)
    // The boundary between values matters.
    let two = try registry.register(.counter("y_total", help: ""), byBounded: "a", "b")
    two["ab", "c"].increment()
    #expect(two["a", "bc"].value == 0)
    let three = try registry.register(.counter("z_total", help: ""), byBounded: "a", "b", "c")
    three["", "", "x"].increment()
    #expect(three["", "x", ""].value == 0)
  }

  @Test("records under other past its limit, and says how often")
  func limit() throws {
    let family = try registry.domains(limit: 2)
    for domain in ["a", "b", "c", "d", "c", "a"] { family[domain].increment() }
    #expect(family["a"].value == 2)
    #expect(family["c"].value == 3)
    #expect(family["other"].value == 3)
    #expect(family.count == 3)
    // Three recordings and the look-up of "c": who asks for other by its name meets no limit.
    #expect(registry.overflow(of: "mail_total") == 4)
  }

  @Test("takes any limit, and knows one below 0 for 0", arguments: [Int.min, -1, 0, 1, Int.max])
  func limits(limit: Int) throws {
    let family = try registry.domains(limit: limit)
    family["a"].increment()
    family["b"].increment()
    #expect(family.count == (limit < 1 ? 1 : 2))
    #expect(registry.overflow(of: "mail_total") == (limit < 1 ? 2 : limit == 1 ? 1 : 0))
    #expect(try registry.domains(limit: max(0, limit)).count == family.count)
  }

  @Test("shows the overflow of a family that never had any as 0")
  func overflowAtZero() throws {
    _ = try registry.domains()
    #expect(registry.overflow(of: "mail_total") == 0)
  }

  @Test(
    "keeps hostile values as they are", arguments: ["", "a\"b\\c\nd", "ünïcödé", "\u{1F4EC}", " ", "{}=,"])
  func hostile(value: String) throws {
    let family = try registry.domains()
    family[value].increment()
    #expect(family[value].value == 1)
    #expect(series(of: "mail_total", in: registry).first?.labels.values == [value])
  }

  @Test("keeps a value of 1 MiB out, records it under other, and counts it")
  func hugeValue() throws {
    let family = try registry.domains()
    family[String(repeating: "x", count: 1 << 20)].increment()
    #expect(family.count == 1)
    #expect(series(of: "mail_total", in: registry).first?.labels.values == ["other"])
    #expect(registry.rejected[.invalidLabel].value == 1)
    #expect(registry.overflow(of: "mail_total") == 0)
  }

  @Test("counts a value with a NUL, which no scraper could read")
  func nul() throws {
    let family = try registry.domains()
    family["a\0b"].increment()
    #expect(registry.rejected[.invalidLabel].value == 1)
    let labels = try #require(series(of: "mail_total", in: registry).first?.labels)
    #expect(String(decoding: labels.text, as: UTF8.self) == "domain=\"a\u{FFFD}b\"")
  }

  @Test("gives a value that has a series that series, however full the family is")
  func fullWithNUL() throws {
    let family = try registry.domains(limit: 1)
    family["a\0"].increment()
    family["a\0"].increment()
    #expect(family["a\u{FFFD}"].value == 2)
    #expect(registry.overflow(of: "mail_total") == 0)
  }

  @Test("never sends one of two threads to other that make the same series")
  func fullFamilyRace() throws {
    let registry = registry
    for round in 0..<2000 {
      let family = try registry.register(.counter("r\(round)_total", help: ""), byBounded: "a", limit: 1)
      onThreads(2) { _ in family["x"].increment() }
      #expect(family["x"].value == 2)
    }
  }

  @Test("sums up exactly what many threads recorded under many values")
  func exactSums() throws {
    let family = try registry.register(.counter("s_total", help: ""), byBounded: "a", "b", limit: 10_000)
    onThreads(4) { index in
      for round in 0..<20_000 { family[String(round % 97), String(round % 7)].increment() }
    }
    let sum = series(of: "s_total", in: registry).compactMap { $0 as? Counter }.reduce(UInt64(0)) {
      $0 + $1.integerValue
    }
    #expect(sum == 80_000)
    #expect(family.count == 97 * 7)
  }
}

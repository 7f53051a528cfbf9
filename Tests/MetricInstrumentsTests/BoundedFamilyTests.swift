// Do label values from outside find their series, within bounds?

@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A family over bounded labels")
struct BoundedFamilyTests {
  let registry: Registry
  let time = ManualNanoseconds()

  init() throws { registry = try Registry(clock: time.clock) }

  private func domains(limit: Int = 500) throws -> BoundedFamily<Counter, String> {
    try registry.register(.counter("mail_total", help: ""), byBounded: "domain", limit: limit)
  }

  private func overflow(of family: String) -> Double {
    series(of: "observability_overflow_total", in: registry)
      .compactMap { $0 as? Counter }.first { $0.labels.values == [family] }?.value ?? -1
  }

  @Test("has one series for equal values and another for different ones")
  func lookup() throws {
    let family = try domains()
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
    let family = try domains(limit: 2)
    for domain in ["a", "b", "c", "d", "c", "a"] { family[domain].increment() }
    #expect(family["a"].value == 2)
    #expect(family["c"].value == 3)
    #expect(family["other"].value == 3)
    #expect(family.count == 3)
    // Three recordings and the look-up of "c": who asks for other by its name meets no limit.
    #expect(overflow(of: "mail_total") == 4)
  }

  @Test("shows the overflow of a family that never had any as 0")
  func overflowAtZero() throws {
    _ = try domains()
    #expect(overflow(of: "mail_total") == 0)
  }

  @Test(
    "keeps hostile values as they are", arguments: ["", "a\"b\\c\nd", "ünïcödé", "\u{1F4EC}", " ", "{}=,"])
  func hostile(value: String) throws {
    let family = try domains()
    family[value].increment()
    #expect(family[value].value == 1)
    #expect(series(of: "mail_total", in: registry).first?.labels.values == [value])
  }

  @Test("keeps a value of 1 MiB out, records it under other, and counts it")
  func hugeValue() throws {
    let family = try domains()
    family[String(repeating: "x", count: 1 << 20)].increment()
    #expect(family.count == 1)
    #expect(series(of: "mail_total", in: registry).first?.labels.values == ["other"])
    #expect(registry.rejected[.invalidLabel].value == 1)
    #expect(overflow(of: "mail_total") == 0)
  }

  @Test("counts a value with a NUL, which no scraper could read")
  func nul() throws {
    let family = try domains()
    family["a\0b"].increment()
    #expect(registry.rejected[.invalidLabel].value == 1)
    let labels = try #require(series(of: "mail_total", in: registry).first?.labels)
    #expect(String(decoding: labels.text, as: UTF8.self) == "domain=\"a\u{FFFD}b\"")
  }

  @Test("takes a series out, and counts what is recorded through a handle that was kept")
  func removal() throws {
    let family = try domains()
    let kept = family["a"]
    kept.increment()
    #expect(family.remove("a"))
    #expect(!family.remove("a"))
    kept.increment()
    #expect(registry.rejected[.removedSeries].value == 1)
    #expect(family.count == 0)
    #expect(series(of: "mail_total", in: registry).isEmpty)
    family["a"].increment(by: 5)
    #expect(family["a"].value == 5)
  }

  @Test("makes room for others when a series goes")
  func roomAfterRemoval() throws {
    let family = try domains(limit: 1)
    for number in 0..<100 {
      family["d\(number)"].increment()
      #expect(family["d\(number)"].value == 1)
      family.remove("d\(number)")
    }
    #expect(overflow(of: "mail_total") == 0)
  }

  @Test("lets series go that were neither looked up nor changed for a while")
  func expiry() throws {
    let family = try domains()
    family["idle"].increment()
    family["looked-up"].increment()
    let held = family["held"]
    #expect(family.expireIdle(after: .seconds(60)) == 0)
    time.advance(by: .seconds(40))
    _ = family["looked-up"]
    held.increment()
    #expect(family.expireIdle(after: .seconds(60)) == 0)
    time.advance(by: .seconds(30))
    #expect(family.expireIdle(after: .seconds(60)) == 1)
    #expect(family.count == 2)
    time.advance(by: .seconds(100))
    #expect(family.expireIdle(after: .seconds(60)) == 2)
    #expect(family.count == 0)
  }

  @Test("keeps a series that is recorded into through a handle, even if its value stays the same")
  func expiryOfWhatIsRecorded() throws {
    let gauges = try registry.register(
      .gauge("depth", help: ""), byBounded: "queue", idleTimeout: .seconds(60))
    let kept = gauges["in use"]
    _ = gauges["idle"]
    for _ in 0..<70 {
      kept.set(5)
      registry.expireIdleSeries()
      time.advance(by: .seconds(60))
    }
    kept.set(5)
    #expect(registry.rejected[.removedSeries].value == 0)
    #expect(series(of: "depth", in: registry).map(\.labels.values) == [["in use"]])
  }

  @Test("keeps a series for as long as a guard is held")
  func expiryOfWhatIsHeld() throws {
    let gauges = try registry.register(.gauge("open", help: ""), byBounded: "host")
    let first = gauges["a"].track()
    for _ in 0..<70 {
      gauges.expireIdle(after: .seconds(60))
      time.advance(by: .seconds(60))
    }
    let second = gauges["a"].track()
    #expect(gauges["a"].value == 2)
    first.end()
    second.end()
    #expect(gauges["a"].value == 0)
    for _ in 0..<3 {
      gauges.expireIdle(after: .seconds(60))
      time.advance(by: .seconds(61))
    }
    #expect(gauges.count == 0)
  }

  @Test("looks for idle series when the registry is scraped, four times within the timeout at the most")
  func idleTimeout() throws {
    let family = try registry.register(
      .counter("x_total", help: ""), byBounded: "a", idleTimeout: .seconds(100))
    family["a"].increment()
    registry.expireIdleSeries()
    // Nothing of this is a use, and the second call comes too early to be a look.
    time.advance(by: .seconds(99))
    registry.expireIdleSeries()
    #expect(family.count == 1)
    time.advance(by: .seconds(1))
    registry.expireIdleSeries()
    #expect(family.count == 1)
    time.advance(by: .seconds(25))
    registry.expireIdleSeries()
    #expect(family.count == 0)
    #expect(throws: RegistrationError.self) {
      try registry.register(.counter("x_total", help: ""), byBounded: "a")
    }
  }

  @Test("removes the series of exactly these bytes")
  func removalOfEquivalents() throws {
    let family = try domains()
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    family[composed].increment(by: 1)
    family[decomposed].increment(by: 2)
    #expect(family.remove(decomposed))
    #expect(!family.remove(decomposed))
    #expect(family[composed].value == 1)
    family["a\0"].increment()
    #expect(family.remove("a\0"))
  }

  @Test("gives a value that has a series that series, however full the family is")
  func fullWithNUL() throws {
    let family = try domains(limit: 1)
    family["a\0"].increment()
    family["a\0"].increment()
    #expect(family["a\u{FFFD}"].value == 2)
    #expect(overflow(of: "mail_total") == 0)
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

  @Test("refuses and counts what comes after it was unregistered, for new values as for old, and for other")
  func unregistered() throws {
    let family = try domains(limit: 1)
    family["old"].increment()
    #expect(registry.unregister("mail_total"))
    family["old"].increment()
    family["new"].increment(by: 1000)
    family["other"].increment()
    family[String(repeating: "x", count: 2000)].increment()
    #expect(registry.rejected[.removedSeries].value == 4)
    #expect(family["old"].value == 1)
    let again = try domains(limit: 1)
    again["old"].increment()
    #expect(again["old"].value == 1)
    #expect(registry.rejected[.removedSeries].value == 4)
  }

  @Test("touches at most 256 series before it gives a lock back")
  func slices() throws {
    let series = BoundedSeries(
      labelNames: ["a"], limit: 5000, context: registry.context, overflow: nil,
      make: { Counter(context: nil, labels: $0) })
    let index = series.index
    for number in 0..<5000 { _ = index.find("\(number)") }
    var longest = 0
    index.inSlices { longest = max(longest, $0.count) }
    #expect(longest == 256)
    #expect(index.expireIdle(after: .seconds(1)) == 0)
    time.advance(by: .seconds(2))
    #expect(index.expireIdle(after: .seconds(1)) == 5000)
    #expect(index.mostTouched <= 256)
  }

  @Test("never lets other go")
  func otherStays() throws {
    let family = try domains(limit: 0)
    family["x"].increment()
    family.expireIdle(after: .zero)
    time.advance(by: .seconds(10))
    family.expireIdle(after: .zero)
    #expect(family.count == 1)
    #expect(!family.remove("other"))
  }

  @Test("agrees with a dictionary over random operations")
  func model() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let family = try registry.register(.counter("m_total", help: ""), byBounded: "a", "b", limit: 1000)
    var model: [[String]: UInt64] = [:]
    for _ in 0..<20_000 {
      let values = [
        String(Int.random(in: 0..<30, using: &generator)), String(Int.random(in: 0..<30, using: &generator)),
      ]
      switch Int.random(in: 0..<10, using: &generator) {
      case 0:
        #expect(
          family.remove(values[0], values[1]) == (model.removeValue(forKey: values) != nil), "seed \(seed)")
      default:
        family[values[0], values[1]].increment()
        model[values, default: 0] += 1
      }
    }
    var seen: [[String]: UInt64] = [:]
    for counter in series(of: "m_total", in: registry).compactMap({ $0 as? Counter }) {
      #expect(seen.updateValue(counter.integerValue, forKey: counter.labels.values) == nil, "seed \(seed)")
    }
    #expect(seen == model, "seed \(seed)")
    #expect(family.count == model.count, "seed \(seed)")
  }

  @Test("loses nothing while threads record, create, remove, expire and read")
  func threads() throws {
    let seed = UInt64.random(in: .min ... .max)
    let family = try registry.register(.counter("t_total", help: ""), byBounded: "a", limit: 50)
    let (registry, time) = (registry, time)
    let recorded = FlagCount()
    onThreads(6) { index in
      var generator = SeededGenerator(seed: seed &+ UInt64(index))
      for round in 0..<4000 {
        let value = String(Int.random(in: 0..<60, using: &generator))
        switch index {
        case 0 where round.isMultiple(of: 8):
          time.advance(by: .seconds(1))
          family.expireIdle(after: .seconds(2))
        case 1 where round.isMultiple(of: 8): family.remove(value)
        case 2 where round.isMultiple(of: 16):
          for counter in series(of: "t_total", in: registry) { _ = counter.labels.values }
        default:
          let counter = family[value]
          counter.increment()
          recorded.add()
        }
      }
    }
    // What removed series held is gone with them, but no more than was recorded can ever be seen.
    let visible = series(of: "t_total", in: registry).compactMap { $0 as? Counter }.reduce(UInt64(0)) {
      $0 + $1.integerValue
    }
    #expect(visible <= UInt64(recorded.value), "seed \(seed)")
    #expect(family.count <= 51, "seed \(seed)")
    #expect(
      Set(series(of: "t_total", in: registry).map(\.labels.values)).count == family.count, "seed \(seed)")
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

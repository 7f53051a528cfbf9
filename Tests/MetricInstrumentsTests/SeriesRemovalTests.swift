// What becomes of a series that is taken out, and of what somebody records into it?

@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A family over bounded labels, when series are taken out,")
struct SeriesRemovalTests {
  let registry: Registry
  let time = ManualNanoseconds()

  init() throws { registry = try Registry(clock: time.clock) }

  @Test("takes a series out, and counts what is recorded through a handle that was kept")
  func removal() throws {
    let family = try registry.domains()
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
    let family = try registry.domains(limit: 1)
    for number in 0..<100 {
      family["d\(number)"].increment()
      #expect(family["d\(number)"].value == 1)
      family.remove("d\(number)")
    }
    #expect(registry.overflow(of: "mail_total") == 0)
  }

  @Test("removes the series of exactly these bytes")
  func removalOfEquivalents() throws {
    let family = try registry.domains()
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    family[composed].increment(by: 1)
    family[decomposed].increment(by: 2)
    #expect(family.remove(decomposed))
    #expect(!family.remove(decomposed))
    #expect(family[composed].value == 1)
    family["a\0"].increment()
    #expect(family.remove("a\0"))
  }

  @Test("refuses and counts what comes after it was unregistered, for new values as for old, and for other")
  func unregistered() throws {
    let family = try registry.domains(limit: 1)
    family["old"].increment()
    #expect(registry.unregister("mail_total"))
    family["old"].increment()
    family["new"].increment(by: 1000)
    family["other"].increment()
    family[String(repeating: "x", count: 2000)].increment()
    #expect(registry.rejected[.removedSeries].value == 4)
    #expect(family["old"].value == 1)
    let again = try registry.domains(limit: 1)
    again["old"].increment()
    #expect(again["old"].value == 1)
    #expect(registry.rejected[.removedSeries].value == 4)
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
}

// Which series go because nobody uses them, and when?

@testable import MetricInstruments
import Testing

@Suite("A family over bounded labels, when series are idle,")
struct IdleExpiryTests {
  let registry: Registry
  let time = ManualNanoseconds()

  init() throws { registry = try Registry(clock: time.clock) }

  @Test("lets series go that were neither looked up nor changed for a while")
  func expiry() throws {
    let family = try registry.domains()
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

  @Test("touches at most 256 series before it gives a lock back")
  func slices() throws {
    let series = BoundedSeries(
      labelNames: .fixed(["a"]), limit: 5000, context: registry.context, overflow: nil,
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
    let family = try registry.domains(limit: 0)
    family["x"].increment()
    family.expireIdle(after: .zero)
    time.advance(by: .seconds(10))
    family.expireIdle(after: .zero)
    #expect(family.count == 1)
    #expect(!family.remove("other"))
  }
}

// Does a timer whose series is chosen at its end record there, by the registry's clock?

@testable import MetricInstruments
import Testing

@Suite("A stopwatch")
struct StopwatchTests {
  @Test("records into the series that is known at its end, as often as it is asked")
  func chosenAtTheEnd() throws {
    let clock = ManualNanoseconds()
    let registry = try Registry(clock: clock.clock)
    let family = try registry.register(
      .histogram("h_seconds", help: "", unit: "seconds", buckets: [1, 10]), by: ("colour", Colour.self))
    let timer = registry.startTimer()
    clock.advance(by: .seconds(2))
    timer.observe(into: family[.green])
    #expect(timer.elapsed == .seconds(2))
    clock.advance(by: .seconds(2))
    timer.observe(into: family[.blue], exemplar: ["trace_id": "1"])
    #expect(family[.green].snapshot == HistogramSnapshot(bounds: [1, 10], counts: [0, 1, 0], sum: 2))
    #expect(family[.blue].snapshot.sum == 4)
    #expect(family[.blue].exemplars.all[1]?.labels == [Exemplar.Label("trace_id", "1")])
    #expect(family[.red].snapshot.count == 0)
  }

  @Test("records 0 where a host's clock goes back")
  func backwards() throws {
    let clock = ManualNanoseconds()
    let timer = try Registry(clock: MonotonicClock { .max - clock.clock.nanoseconds }).startTimer()
    clock.advance(by: .seconds(2))
    #expect(timer.elapsed == .zero)
  }
}

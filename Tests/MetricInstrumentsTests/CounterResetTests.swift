// Does a counter that begins again show each amount once, before or after?

import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing

@testable import MetricInstruments

@Suite("A counter that is reset")
struct CounterResetTests {
  let counter: Counter

  init() throws { counter = try Registry().register(.counter("things_total", help: "Things.")) }

  @Test("begins again at 0, exactly, and later than before")
  func zero() {
    counter.increment(by: UInt64(1) << 60)
    counter.increment(by: 0.5)
    let before = counter.reading
    #expect(before.created == counter.created)
    counter.reset()
    #expect(counter.value == 0)
    #expect(counter.integerValue == 0)
    #expect(counter.reading.created >= before.created)
    counter.increment(by: 0.25)
    counter.increment()
    #expect(counter.value == 1.25)
    counter.reset()
    counter.reset()
    #expect(counter.value == 0)
  }

  @Test("keeps its limit, and refuses amounts after its removal as before")
  func limit() throws {
    let registry = try Registry()
    let family = try registry.registerSparse(.counter("things_total", help: ""))
    let counter = family[[:]]
    counter.increment(by: UInt64.max >> 1)
    counter.reset()
    counter.increment()
    #expect(counter.value == 0)
    #expect(registry.rejected[.tooLarge].value == 1)
    family.remove(counter)
    counter.reset()
    counter.increment()
    #expect(registry.rejected[.removedSeries].value == 1)
  }

  @Test("loses nothing and shows nothing twice, whoever counts and reads meanwhile", arguments: [0, 0.5])
  func together(fraction: Double) {
    let amount = 1 + fraction
    let (rounds, threads) = (20_000, 4)
    let isOver = Flag()
    let wrong = Atomic(0)
    let total = Double(rounds * threads) * amount
    onThreads(threads + 2) { [counter] thread in
      switch thread {
      case 0:
        var last = 0.0
        while !isOver.isSet {
          let reading = counter.reading
          // No reading is beyond all that there was, and none has a start that goes back.
          if reading.value > total || reading.created < last { wrong.add(1, ordering: .relaxed) }
          last = reading.created
        }
      case 1:
        for _ in 0..<200 { counter.reset() }
        isOver.set()
      default:
        for _ in 0..<rounds { fraction == 0 ? counter.increment() : counter.increment(by: amount) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    let rest = counter.value
    #expect(rest >= 0 && rest <= total)
    counter.reset()
    counter.increment(by: 3)
    #expect(counter.value == 3)
  }
}

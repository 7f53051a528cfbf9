// How does a counter begin again at 0 while others go on counting?

import ObservabilityPlatform

/// What a counter says at one moment.
package struct CounterReading: Sendable {
  /// The integral parts of all amounts, exact.
  package let integer: UInt64
  /// The fractional parts of all amounts.
  package let fraction: Double
  /// Since when, in seconds since 1970.
  package let created: Double

  var value: Double { Double(integer) + fraction }
}

/// Where a counter was begun again: what it had come to by then, which no reader is shown any more.
///
/// Whoever counts takes no notice: amounts go where they always went, and only readers subtract. They do so under the lock,
/// so that no reader sees a sum of before with a start of after.
final class CounterOrigin: Sendable {
  private struct Start {
    var integer: UInt64 = 0
    var fraction = 0.0
    var created: Double
  }

  private let start: Locked<Start>

  init(created: Double) { start = Locked(Start(created: created)) }

  func reading(of counter: Counter) -> CounterReading {
    start.withLock { start in
      let (integer, fraction) = (counter.integerSum, counter.fractionalSum)
      return CounterReading(
        integer: integer >= start.integer ? integer - start.integer : 0,
        fraction: max(0, fraction - start.fraction), created: start.created)
    }
  }

  func move(to counter: Counter, at created: Double) {
    start.withLock { start in
      start = Start(
        integer: counter.integerSum, fraction: counter.fractionalSum, created: max(created, start.created))
    }
  }
}

extension Counter {
  /// What the counter has come to, and since when: of one moment, if it is begun again meanwhile.
  package var reading: CounterReading {
    origin.current?.reading(of: self)
      ?? CounterReading(integer: integerSum, fraction: fractionalSum, created: created)
  }

  /// Begins again at 0, with a new time of creation: to a scraper the counter of a process that was started again.
  ///
  /// No amount is lost: each is part of the last value before or of those after. What the counter can hold before it refuses
  /// amounts as too large stays what all of them together may come to. May be called from any thread.
  package func reset() {
    origin.value { CounterOrigin(created: created) }.move(to: self, at: MetricInstrument.now)
  }
}

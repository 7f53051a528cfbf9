// What do several tests of instruments share?

@testable import MetricInstruments
import Synchronization

/// A clock that a test moves by hand.
final class ManualNanoseconds: Sendable {
  private let now = Atomic<UInt64>(1_000_000_000)
  var clock: MonotonicClock { MonotonicClock { self.now.load(ordering: .relaxed) } }
  func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    now.add(nanoseconds, ordering: .relaxed)
  }
}

enum Colour: String, ClosedLabel { case red, green, blue }
enum Size: String, ClosedLabel { case small, large }
enum Shape: String, ClosedLabel { case round, square, flat }
enum Only: String, ClosedLabel { case one }

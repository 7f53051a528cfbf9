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

extension Registry {
  /// A counter by one bounded label.
  func domains(limit: Int = 500) throws -> BoundedFamily<Counter, String> {
    try register(.counter("mail_total", help: ""), byBounded: "domain", limit: limit)
  }

  /// How many recordings into a family went to `other` because it was full; nil when nothing says so.
  func overflow(of family: String) -> Double? {
    series(of: "observability_overflow_total", in: self)
      .compactMap { $0 as? Counter }.first { $0.labels.values == [family] }?.value
  }
}

/// Why a registration is refused; nil when it is not.
func code(_ body: () throws -> Void) -> RegistrationError.Code? {
  do {
    try body()
    return nil
  } catch let error as RegistrationError {
    return error.code
  } catch {
    return nil
  }
}

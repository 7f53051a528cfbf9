// How does a gauge come back to what it was when guards of a tenth end?

import ObservabilityPlatform

/// What rounding took from the amounts of the guards of one gauge.
///
/// Ten times 0.1 and back is not 0 in floating point. What each addition loses is known exactly (D. Knuth, The Art of
/// Computer Programming, 4.2.2, theorem B); it is summed up here and given back once no guard is held.
final class GuardTally: Sendable {
  private let lost = Locked(0.0)

  /// What `sum` lacks of `old` and `amount`.
  @inline(__always)
  static func rounding(of sum: Double, from old: Double, _ amount: Double) -> Double {
    let added = sum - old
    let rounding = (old - (sum - added)) + (amount - added)
    return rounding.isFinite ? rounding : 0
  }

  /// Runs an addition that says what it lost; nil from it means that it took place.
  func add(_ body: (_ rounding: inout Double) -> RejectionReason?) -> RejectionReason? {
    lost.withLock { lost in
      var rounding = 0.0
      let reason = body(&rounding)
      if reason == nil { lost += rounding }
      return reason
    }
  }

  /// Hands what was lost to `body`, which gives it back, or says that it did not.
  func settle(_ body: (Double) -> Bool) {
    lost.withLock { lost in
      if lost != 0, body(lost) { lost = 0 }
    }
  }

  /// Runs what replaces the value: nothing of it was lost.
  func reset(_ body: () -> Void) {
    lost.withLock { lost in
      lost = 0
      body()
    }
  }
}

// How are bucket bounds written that follow a rule, or are durations?

import ObservabilityPlatform

extension BucketBounds {
  /// Bounds from durations, in seconds; checked when a histogram is registered, as all are.
  public init(_ durations: [Duration]) {
    self.init(durations.lazy.map { BucketBounds.shortest(near: $0.seconds) })
  }

  /// Bounds at equal distances: `start`, `start + width`, and so on, in the histogram's unit.
  ///
  /// What makes no bounds (between several a width of 0 or less, NaN, a count below 1 or above 500) is refused with
  /// ``RegistrationError/Code/invalidBounds`` when a histogram is registered.
  public static func linear(start: Double, width: Double, count: Int) -> BucketBounds {
    BucketBounds(generated(count).map { shortest(near: start + Double($0) * width) })
  }

  /// Bounds at equal ratios: `start`, `start * factor`, and so on, in the histogram's unit.
  ///
  /// What makes no bounds (between several a start of 0 or a factor of 1 or less, a start below 0, NaN, a count below 1 or
  /// above 500, a bound that is infinite) is refused with ``RegistrationError/Code/invalidBounds`` when a histogram is
  /// registered.
  public static func exponential(start: Double, factor: Double, count: Int) -> BucketBounds {
    var next = start
    return BucketBounds(
      generated(count).map { _ in
        let bound = next
        next = shortest(near: next * factor)
        return bound
      })
  }

  /// One more than there may be at the most, so that registration finds fault with it.
  private static func generated(_ count: Int) -> Range<Int> { 0..<max(0, min(count, maximumCount + 1)) }

  /// A number whose last digit rounding has changed makes a label that nobody asks for: 0.3 and not 0.30000000000000004.
  private static func shortest(near value: Double) -> Double {
    [value, value.nextDown, value.nextUp].min { $0.description.utf8.count < $1.description.utf8.count }
      ?? value
  }
}

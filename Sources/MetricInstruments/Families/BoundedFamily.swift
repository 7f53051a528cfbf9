// How is a series found whose label values come from outside?

/// One series for each combination of label values seen, up to a limit: `family["example.com"]`.
///
/// Peers choose domains, hosts and methods, so the number of series is bounded: past the limit, what has no series
/// yet is recorded under the value `other` in every label, and counted in
/// `<namespace>_observability_overflow_total{family}`. A value of more than 1,024 bytes is recorded under `other` as
/// well and counted as `invalid_label`.
///
/// `Labels` says how many labels there are: `String` for one, `(String, String)` for two, and so on up to
/// four.
///
/// Looking up a series allocates nothing once it exists. Keep the instrument where the same labels are used often:
/// recording through it costs no more than on an unlabelled one. All methods may be called from any thread.
public struct BoundedFamily<Child: MetricInstrument, Labels>: Sendable {
  @usableFromInline package let series: BoundedSeries<Child>

  init(_ series: BoundedSeries<Child>) { self.series = series }

  /// Takes out the series that were in no use for as long as `age`, and says how many there were.
  ///
  /// Use is a look-up, a recording, or a ``GaugeGuard`` that is held. It is noticed from one call to the next, so call this
  /// regularly, or register the family with an `idleTimeout`. `other` stays. Recordings through a handle that somebody
  /// kept are refused and counted as `removed_series`.
  @discardableResult
  public func expireIdle(after age: Duration) -> Int { series.index.expireIdle(after: age) }

  /// How many series there are.
  public var count: Int { series.index.count }
}

extension BoundedFamily where Labels == String {
  /// The series of a label value; it is created on first use.
  @inlinable
  public subscript(_ value: String) -> Child { series.find(value) }

  /// Takes a series out of the exposition; false when there is none.
  @discardableResult
  public func remove(_ value: String) -> Bool { series.index.remove([value]) }
}

extension BoundedFamily where Labels == (String, String) {
  /// The series of two label values; it is created on first use.
  @inlinable
  public subscript(_ first: String, _ second: String) -> Child {
    series.find(first, second)
  }

  /// Takes a series out of the exposition; false when there is none.
  @discardableResult
  public func remove(_ first: String, _ second: String) -> Bool { series.index.remove([first, second]) }
}

extension BoundedFamily where Labels == (String, String, String) {
  /// The series of three label values; it is created on first use.
  @inlinable
  public subscript(_ first: String, _ second: String, _ third: String) -> Child {
    series.find(first, second, third)
  }

  /// Takes a series out of the exposition; false when there is none.
  @discardableResult
  public func remove(_ first: String, _ second: String, _ third: String) -> Bool {
    series.index.remove([first, second, third])
  }
}

extension BoundedFamily where Labels == (String, String, String, String) {
  /// The series of four label values; it is created on first use.
  @inlinable
  public subscript(_ first: String, _ second: String, _ third: String, _ fourth: String) -> Child {
    series.find(first, second, third, fourth)
  }

  /// Takes a series out of the exposition; false when there is none.
  @discardableResult
  public func remove(_ first: String, _ second: String, _ third: String, _ fourth: String) -> Bool {
    series.index.remove([first, second, third, fourth])
  }
}

extension BoundedFamily where Child == Counter, Labels == String {
  /// Adds one to the counter of a label value, which is created on first use: `family[…].increment()` without
  /// a reference to the counter, whose count threads that record under the same values would fight over.
  @inlinable
  public func increment(_ value: String) { series.index.increment(value) }
}

extension BoundedFamily where Child == Counter, Labels == (String, String) {
  /// Adds one to the counter of two label values, which is created on first use: `family[…].increment()`
  /// without a reference to the counter, whose count threads that record under the same values would fight
  /// over.
  @inlinable
  public func increment(_ first: String, _ second: String) { series.index.increment(first, second) }
}

extension BoundedFamily where Child == Counter, Labels == (String, String, String) {
  /// Adds one to the counter of three label values, which is created on first use: `family[…].increment()`
  /// without a reference to the counter, whose count threads that record under the same values would fight
  /// over.
  @inlinable
  public func increment(_ first: String, _ second: String, _ third: String) {
    series.index.increment(first, second, third)
  }
}

extension BoundedFamily where Child == Counter, Labels == (String, String, String, String) {
  /// Adds one to the counter of four label values, which is created on first use: `family[…].increment()`
  /// without a reference to the counter, whose count threads that record under the same values would fight
  /// over.
  @inlinable
  public func increment(_ first: String, _ second: String, _ third: String, _ fourth: String) {
    series.index.increment(first, second, third, fourth)
  }
}

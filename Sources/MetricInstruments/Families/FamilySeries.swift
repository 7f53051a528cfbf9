// How is it known of which type the series of a family are?

/// The series of a family whose values come from outside, with their type.
///
/// Beneath it an index and its list hold any instrument behind one address, so that looking up is one
/// function for all types. This is the only place where an index is made: what it hands out was made by
/// `make`, which says the type.
@usableFromInline
package struct BoundedSeries<Child: MetricInstrument>: Sendable {
  @usableFromInline package let index: SeriesIndex

  /// - Parameter idleTimeout: how long a series stays that nobody uses; nil for ever.
  init(
    labelNames: SeriesLabelNames, pinned: Int = 0, limit: Int, idleTimeout: Duration? = nil,
    context: InstrumentContext, overflow: Counter?, make: @escaping @Sendable (SeriesLabels) -> Child
  ) {
    index = SeriesIndex(
      labelNames: labelNames, pinned: pinned, limit: limit, idleTimeout: idleTimeout, context: context,
      overflow: overflow, make: make)
  }

  @inlinable
  func find(_ first: String) -> Child { typed(index.find(first)) }

  @inlinable
  func find(_ first: String, _ second: String) -> Child { typed(index.find(first, second)) }

  @inlinable
  func find(_ first: String, _ second: String, _ third: String) -> Child {
    typed(index.find(first, second, third))
  }

  @inlinable
  func find(_ first: String, _ second: String, _ third: String, _ fourth: String) -> Child {
    typed(index.find(first, second, third, fourth))
  }

  @inlinable
  func typed(_ series: MetricInstrument) -> Child { unsafeDowncast(series, to: Child.self) }

  /// Begins to read the series that there are now.
  package func read() -> SeriesReading<Child> { SeriesReading(index.list) }
}

/// The series of a family, all of one type.
package enum FamilySeries<Child: MetricInstrument>: Sendable {
  /// Those that there are from the start; never empty for an unlabelled family.
  case fixed([Child])
  /// Series that come and go.
  case bounded(BoundedSeries<Child>)

  package func read() -> SeriesReading<Child> {
    switch self {
    case .fixed(let series): SeriesReading(series)
    case .bounded(let series): series.read()
    }
  }
}

extension FamilySeries: FamilyMembers {
  func close() {
    switch self {
    case .fixed(let series): for series in series { series.markRemoved() }
    case .bounded(let series): series.index.close()
    }
  }

  func expireIdleWhenDue() {
    if case .bounded(let series) = self { series.index.expireIdleWhenDue() }
  }

  var count: Int {
    switch self {
    case .fixed(let series): series.count
    case .bounded(let series): series.index.count
    }
  }
}

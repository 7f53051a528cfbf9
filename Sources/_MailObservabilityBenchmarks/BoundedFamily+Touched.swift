// How do the benchmarks learn how long others had to wait for a change of a family?

public import MetricInstruments

extension BoundedFamily {
  /// The most series, or entries of the table that finds them, which were touched under one hold of a lock.
  public var mostTouchedAtOnce: Int { series.index.mostTouched }
}

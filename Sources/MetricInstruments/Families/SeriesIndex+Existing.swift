// Which series of a bounded family are there, without making one?

import ObservabilityPlatform

extension SeriesIndex {
  /// The series with these values, or nil; a look at it is no use of it.
  func existing(_ values: [String]) -> MetricInstrument? {
    let key = KeyOfTexts(shown: values)
    let hash = key.hash(hashing)
    return reading { () -> MetricInstrument? in
      if isOther(key) { return other(of: values) }
      guard let position = position(of: key, hash: hash) else { return nil }
      // A removal holds every lock before it lets go of a series.
      return list.series(position)?.takeUnretainedValue()
    }
  }

  /// The series for what cannot have labels of its own, which is counted.
  func otherOfInvalid() -> MetricInstrument {
    guard labelNames.current.isEmpty else { return other(for: .tooLong, []) }
    // With no label to be `other` in, it would be a second series without any.
    context.reject(.invalidLabel)
    return find([])
  }

  /// Takes out a series; false when it is not, or no more, one of the family, and for `other`, which stays.
  func remove(_ series: MetricInstrument) -> Bool {
    let key = KeyOfTexts(shown: series.labels.values)
    let hash = key.hash(hashing)
    return changing.withLock {
      guard let position = position(of: key, hash: hash) else { return false }
      return discard(position) { $0 === series }
    }
  }
}

extension BoundedFamily {
  /// Takes a series out of the exposition, by the instrument; false when it is not, or no more, one of the family. `other`
  /// stays.
  @discardableResult
  public func remove(_ instrument: Child) -> Bool { series.index.remove(instrument) }
}

extension BoundedFamily where Labels == String {
  /// The series of a label value, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ value: String) -> Child? { series.index.existing([value]).map(series.typed) }
}

extension BoundedFamily where Labels == (String, String) {
  /// The series of two label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String) -> Child? {
    series.index.existing([first, second]).map(series.typed)
  }
}

extension BoundedFamily where Labels == (String, String, String) {
  /// The series of three label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String, _ third: String) -> Child? {
    series.index.existing([first, second, third]).map(series.typed)
  }
}

extension BoundedFamily where Labels == (String, String, String, String) {
  /// The series of four label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String, _ third: String, _ fourth: String) -> Child? {
    series.index.existing([first, second, third, fourth]).map(series.typed)
  }
}

// Which series of a bounded family are there, without making one?

import ObservabilityPlatform

extension SeriesIndex {
  /// The series with these values, or nil; a look at it is no use of it.
  func existing(_ values: [String]) -> MetricInstrument? {
    let key = KeyOfTexts(shown: values)
    let hash = key.hash(hashing)
    return reading {
      if key.problem == .namedOther { return other }
      guard let position = position(of: key, hash: hash) else { return nil }
      // A removal holds every lock before it lets go of a series.
      return list.series(position, as: MetricInstrument.self)?.takeUnretainedValue()
    }
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
  public func remove(_ instrument: Child) -> Bool { index.remove(instrument) }
}

extension BoundedFamily where Labels == OneLabel {
  /// The series of a label value, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ value: String) -> Child? { index.existing([value]) as? Child }
}

extension BoundedFamily where Labels == TwoLabels {
  /// The series of two label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String) -> Child? {
    index.existing([first, second]) as? Child
  }
}

extension BoundedFamily where Labels == ThreeLabels {
  /// The series of three label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String, _ third: String) -> Child? {
    index.existing([first, second, third]) as? Child
  }
}

extension BoundedFamily where Labels == FourLabels {
  /// The series of four label values, or nil when there is none; none is created, and an idle one does not stay for it.
  public func existing(_ first: String, _ second: String, _ third: String, _ fourth: String) -> Child? {
    index.existing([first, second, third, fourth]) as? Child
  }
}

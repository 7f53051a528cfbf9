// Which label values get a series of their own, and why do others not?

/// Where the recordings under label values go.
enum LabelAdmission {
  /// To a series of their own; retained.
  case own(Unmanaged<MetricInstrument>)
  /// To the series that has `other` for every value that is not pinned.
  case other(OtherReason)
}

/// Why label values have no series of their own.
enum OtherReason {
  /// One of them is longer than scrapes can pay for.
  case tooLong
  /// They are `other` themselves.
  case namedOther
  /// The family has as many series as it may have.
  case isFull
  /// The family is not exported any more, so that its `other` refuses what is recorded.
  case isClosed
}

extension LabelKey {
  /// What the values themselves, whatever the family holds, are kept out for.
  ///
  /// - Parameter pinned: how many of the first values keep what they are when the others become `other`.
  func problem(pinned: Int) -> OtherReason? {
    if longest > LabelValue.maximumLength { return .tooLong }
    let values = values.dropFirst(pinned)
    return !values.isEmpty && values.allSatisfy { LabelText($0) == LabelText.other } ? .namedOther : nil
  }

  /// Whether the values are shown otherwise than they are given: a NUL is shown as U+FFFD, and what is shown alike must be
  /// one series.
  var isShownDifferently: Bool { values.contains { $0.utf8.contains(0) } }
}

extension LabelText {
  static let other = LabelText(LabelValue.other)
}

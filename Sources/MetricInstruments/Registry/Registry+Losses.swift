// How much could not be recorded as it was asked for?

extension Registry {
  /// The recordings of all families that went to `other` since the start, and those that were refused.
  package var losses: (overflow: Double, rejected: Double) {
    var sums = (overflow: 0.0, rejected: 0.0)
    overflow.series.read().forEach { sums.overflow += $0.value }
    for reason in RejectionReason.allCases { sums.rejected += rejected[reason].value }
    return sums
  }
}

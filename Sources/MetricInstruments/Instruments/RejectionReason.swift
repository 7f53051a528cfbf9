// What happens to a value that an instrument cannot take: it is left out, and counted here.

/// Why an instrument refused a value at run time.
///
/// A refused value never traps and never reaches a series; it is visible as
/// `<namespace>_observability_rejected_total{reason}`.
public enum RejectionReason: String, ClosedLabel {
  /// NaN or an infinity.
  case notFinite = "not_finite"
  /// A negative amount, duration or observation where only non-negative ones make sense.
  case negative
  /// An amount that would carry the instrument past what it can hold.
  case tooLarge = "too_large"
  /// A label value that is too long or holds a character no scraper accepts, or an exemplar's labels; the
  /// observation itself is kept.
  case invalidLabel = "invalid_label"
  /// An amount recorded through a handle whose series has been removed.
  case removedSeries = "removed_series"
}

/// What all instruments of one registry share: where refusals are counted, and which clock timers read.
package final class InstrumentContext: Sendable {
  package let clock: MonotonicClock
  package let rejected: ClosedFamily<Counter, RejectionReason>
  let exemplarSource = ExemplarSource()

  package init(clock: MonotonicClock) {
    self.clock = clock
    // The counters of refusals have nobody to report their own refusals to, and need none: they only
    // ever take the amount 1.
    rejected = ClosedFamily(
      children: RejectionReason.allCases.map { reason in
        Counter(context: nil, labels: SeriesLabels(names: ["reason"], values: [reason.labelValue]))
      })
  }

  package func reject(_ reason: RejectionReason) {
    rejected[reason].increment()
  }
}

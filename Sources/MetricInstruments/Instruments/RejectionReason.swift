// Why was a value left out?

/// Why an instrument refused a value at run time.
///
/// A refused value never traps and never reaches a series; it is visible as
/// `<namespace>_observability_rejected_total{reason}`.
enum RejectionReason: String, ClosedLabel {
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

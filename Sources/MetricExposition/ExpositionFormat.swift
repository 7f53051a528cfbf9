// In which form a scrape is answered.

package import MetricInstruments

/// A text format and what its reader understands.
package struct ExpositionFormat: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Prometheus text 0.0.4.
    case text
    /// Prometheus text 1.0.0: the same, with names in quotes.
    case text1
    /// OpenMetrics 1.0.0.
    case openMetrics
  }

  package var kind: Kind
  /// How UTF-8 names are written; underscores unless the scraper says otherwise.
  package var escaping: NameEscaping
  /// Whether the scraper asked for that scheme, and is to be told.
  package var namesEscaping: Bool
  /// Whether OpenMetrics output has `_created` samples.
  package var created = false

  package init(_ kind: Kind, escaping: NameEscaping? = nil) {
    self.kind = kind
    self.escaping = escaping ?? .underscores
    namesEscaping = escaping != nil
  }

  package static let text = ExpositionFormat(.text)
  package static let openMetrics = ExpositionFormat(.openMetrics)

  package var isOpenMetrics: Bool { kind == .openMetrics }

  /// The value of `Content-Type`.
  package var contentType: String {
    let base =
      switch kind {
      case .text: "text/plain; version=0.0.4; charset=utf-8"
      case .text1: "text/plain; version=1.0.0; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    return namesEscaping ? base + "; escaping=" + escaping.rawValue : base
  }
}

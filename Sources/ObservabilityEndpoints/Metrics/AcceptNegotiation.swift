// Which format does a scraper want?

package import EndpointMessages
package import MetricExposition
import MetricInstruments

extension ExpositionFormat {
  /// Chooses a format by what a client accepts, or by nothing.
  ///
  /// The range with the highest quality that can be satisfied wins, and of equal ones the first. OpenMetrics is only
  /// sent to whoever names it. Whatever cannot be satisfied or understood is answered in text 0.0.4, which every
  /// scraper reads, rather than with an error: a scrape that fails tells nobody anything.
  ///
  /// Source: RFC 9110, 12.5.1; Prometheus, "Content negotiation".
  package static func negotiated(_ accepted: [MediaRange]) -> ExpositionFormat {
    var best: (format: ExpositionFormat, quality: Int)?
    for range in accepted where range.quality > best?.quality ?? 0 {
      if let format = format(for: range) { best = (format, range.quality) }
    }
    return best?.format ?? .text
  }

  private static func format(for range: MediaRange) -> ExpositionFormat? {
    let escaping = range["escaping"].flatMap(NameEscaping.init)
    switch (range.type, range["version"]) {
    case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"):
      return ExpositionFormat(.openMetrics, escaping: escaping)
    case ("text/plain", nil), ("text/plain", "0.0.4"), ("text/*", nil), ("*/*", nil):
      return ExpositionFormat(.text, escaping: escaping)
    case ("text/plain", "1.0.0"):
      return ExpositionFormat(.text, escaping: escaping, isTextVersion1: true)
    default: return nil
    }
  }
}

// In which forms can a scrape be answered, and what writes each?

package import MetricInstruments

/// A form of the exposition; also the value of the label under which scrapes are counted.
package enum ExpositionForm: String, Sendable, ClosedLabel {
  /// Prometheus text.
  case text
  /// OpenMetrics 1.0.0.
  case openMetrics = "openmetrics"
  /// The metrics as one JSON object.
  case json
  /// The published variables, without the metrics.
  case variables

  /// The value of `Content-Type`, before what a scraper has negotiated.
  package var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    case .json, .variables: "application/json"
    }
  }

  /// Whether it is chosen by `Accept`, among others at one path.
  package var isNegotiated: Bool {
    switch self {
    case .text, .openMetrics: true
    case .json, .variables: false
    }
  }

  /// Whether it shows what collectors return.
  package var showsCollected: Bool { self != .variables }
}

extension ExpositionFormat {
  /// Begins to write `metrics`, or `variables` where they are what the form shows.
  package func encoder(
    of metrics: GatheredMetrics, _ variables: PublishedVariables
  ) -> any ExpositionEncoder & ~Copyable {
    switch form {
    case .text, .openMetrics: TextEncoder(metrics, format: self)
    case .json: MetricsJSONEncoder(metrics)
    case .variables: VariablesEncoder(variables)
    }
  }
  /// Writes `metrics` in one go. Of the variables, which no metrics are, nothing is shown.
  package func text(of metrics: GatheredMetrics) -> String {
    func written(by encoder: consuming some ExpositionEncoder & ~Copyable) -> String {
      var buffer = OutputBuffer()
      while encoder.encode(to: &buffer, untilSize: .max) {}
      return String(decoding: buffer.bytes, as: UTF8.self)
    }
    return switch form {
    case .text, .openMetrics: written(by: TextEncoder(metrics, format: self))
    case .json: written(by: MetricsJSONEncoder(metrics))
    case .variables: ""
    }
  }
}

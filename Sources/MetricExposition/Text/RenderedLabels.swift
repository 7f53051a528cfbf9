// What are the labels of series that no instrument keeps?

import MetricInstruments

/// The labels of the series of a family, for one format and way of writing names: made at the first scrape and kept.
final class RenderedLabels: @unchecked Sendable {
  private let series: [SeriesLabels]
  /// The values of the first series.
  let firstValues: [String]

  /// - Parameter constants: what every series has besides.
  init(
    _ series: [(names: [String], values: [String])], _ format: ExpositionFormat,
    _ constants: ConstantLabels = .none
  ) {
    firstValues = series.first?.values ?? []
    self.series = series.map {
      SeriesLabels(names: format.escaped($0.names), values: $0.values, constants: constants)
    }
  }

  /// Hands over the text of each, in order.
  func withEach(_ body: (UnsafeRawBufferPointer) -> Void) {
    withExtendedLifetime(self) {
      for labels in series { body(labels.text) }
    }
  }

  deinit { for labels in series { labels.deallocate() } }
}

// What does a scraper get in detail: which form, which names, which samples?

package import MetricInstruments

/// A form of the exposition and what its reader understands.
package struct ExpositionFormat: Sendable, Hashable {
  package var form: ExpositionForm
  /// How UTF-8 names are written in text; underscores unless the scraper says otherwise.
  var escaping: NameEscaping
  /// Whether the scraper asked for that scheme, and is to be told.
  var namesEscaping: Bool
  /// Whether text is called version 1.0.0: the same bytes, under the version that allows names in quotes.
  var isTextVersion1 = false
  /// Whether OpenMetrics output has `_created` samples.
  package var created = false

  package init(_ form: ExpositionForm, escaping: NameEscaping? = nil, isTextVersion1: Bool = false) {
    self.form = form
    self.escaping = escaping ?? .underscores
    self.isTextVersion1 = isTextVersion1
    namesEscaping = escaping != nil
  }

  package static let text = ExpositionFormat(.text)
  package static let openMetrics = ExpositionFormat(.openMetrics)

  /// A number that two formats share only if what they render of a family is the same.
  var renderingKey: UInt64 {
    let scheme: UInt64 =
      switch escaping {
      case .allowUTF8: 0
      case .underscores: 1
      case .dots: 2
      case .values: 3
      }
    return isOpenMetrics ? scheme | 4 : scheme
  }

  var isOpenMetrics: Bool { form == .openMetrics }

  /// The value of `Content-Type`.
  package var contentType: String {
    let base = isTextVersion1 ? "text/plain; version=1.0.0; charset=utf-8" : form.contentType
    return namesEscaping ? base + "; escaping=" + escaping.rawValue : base
  }
}

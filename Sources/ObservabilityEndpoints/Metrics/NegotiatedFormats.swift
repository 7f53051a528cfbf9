// Which format has a scraper been given before that asked in the same words?

import EndpointMessages
import MetricExposition
import ObservabilityPlatform

/// The formats of the last few `Accept` fields: a scraper sends the same one at every scrape.
final class NegotiatedFormats: Sendable {
  private struct Known {
    let accept: String
    let format: ExpositionFormat
  }

  static let most = 4
  /// The longest field that is kept, in bytes.
  private static let longest = 1024

  private let known = Locked<[Known]>([])

  /// How many are kept.
  var count: Int { known.withLock { $0.count } }

  func format(for headers: EndpointFields) -> ExpositionFormat {
    let fields = headers.all("Accept")
    guard let accept = fields.first, fields.count == 1, accept.utf8.count <= NegotiatedFormats.longest else {
      return .negotiated(headers.accepted)
    }
    return known.withLock { known in
      for known in known where known.accept.utf8.elementsEqual(accept.utf8) { return known.format }
      let format = ExpositionFormat.negotiated(headers.accepted)
      if known.count >= NegotiatedFormats.most { known.removeFirst() }
      known.append(Known(accept: accept, format: format))
      return format
    }
  }
}

// How does a reason fit in one line of a log or a page?

import ObservabilityPlatform

/// `text` as one line of at most 1 KiB.
func reasonText(_ text: String) -> String { text.oneLine(atMost: 1024) }

extension HealthResult {
  /// The same result with a reason that fits in one line.
  var tidied: HealthResult {
    switch self {
    case .pass: .pass
    case .warn(let reason): .warn(reasonText(reason))
    case .fail(let reason): .fail(reasonText(reason))
    }
  }
}

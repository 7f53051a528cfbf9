// How does a reason fit in one line?

import ObservabilityPlatform

extension HealthResult {
  /// The same result with a reason that fits in one line.
  var tidied: HealthResult {
    switch self {
    case .pass: .pass
    case .warn(let reason): .warn(oneLine(reason))
    case .fail(let reason): .fail(oneLine(reason))
    }
  }
}

// How can an attempt to deliver a message end?

import MailObservability

/// How one attempt for one recipient ended.
enum DeliveryOutcome: Sendable, Equatable {
  case delivered
  case temporaryFailure(DeliveryFailure, String)
  case permanentFailure(DeliveryFailure, String)
  case timeout
  case error(DeliveryFailure, String)

  /// Why the attempt failed; nil for one that did not.
  var failure: DeliveryFailure? {
    switch self {
    case .delivered: nil
    case .timeout: .timeout
    case .temporaryFailure(let failure, _), .permanentFailure(let failure, _), .error(let failure, _): failure
    }
  }

  var result: DeliveryResult {
    switch self {
    case .delivered: .delivered
    case .temporaryFailure: .temporaryFailure
    case .permanentFailure: .permanentFailure
    case .timeout: .timeout
    case .error: .error
    }
  }

  /// Whether it is worth another attempt.
  var isForNow: Bool {
    switch self {
    case .delivered, .permanentFailure: false
    case .temporaryFailure, .timeout, .error: true
    }
  }

  var reason: String {
    switch self {
    case .delivered: "delivered"
    case .temporaryFailure(_, let text), .permanentFailure(_, let text), .error(_, let text): text
    case .timeout: "the other server did not answer in time"
    }
  }
}

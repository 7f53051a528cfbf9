// Which inputs are recorded and looked up, here as in the peers?

public import MailObservability

/// Durations spread evenly over the buckets of `BucketBounds.latency`, in an order that no branch predictor learns
/// from a neighbour. The length is a power of two.
public let durations: [Double] = (0..<1024).map { index in
  var value = 0.0005
  let steps = Double(index * 619 % 1024) / 1024 * 15
  for _ in 0..<Int(steps) { value *= 2 }
  return value * (1 + (steps - steps.rounded(.down)))
}

/// As many different durations that no branch predictor can remember them either. The length is a power of
/// two.
let changingDurations: [Double] = {
  // Numerical Recipes' linear congruential generator.
  var state: UInt32 = 1
  return (0..<65_536).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return durations[Int(state >> 22)] * 1.01
  }
}()

/// The protocol of a session.
public enum MailProtocol: String, ClosedLabel { case smtp, submission, imap, jmap }
/// The direction of a message.
public enum Direction: String, ClosedLabel { case received, sent }
/// The result of a delivery.
public enum DeliveryResult: String, ClosedLabel {
  case delivered, temporaryFailure, permanentFailure, timeout, error
}

let protocols = ["smtp", "submission"]
let directions = ["received", "sent"]
let results = ["delivered", "temporary_failure", "permanent_failure", "timeout"]
let domains = ["example.org", "mail.example.com", "lists.example.net", "subdomain.example.co.uk"]

/// Host names as peers give them: `host-000042.example.org`.
public func hostNames(_ range: Range<Int>) -> [String] {
  range.map { number in
    let digits = String(number)
    return "host-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".example.org"
  }
}

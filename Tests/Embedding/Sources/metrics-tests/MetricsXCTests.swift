// Do the documentation's tests serve in XCTest as well?

import MailObservability
import MailObservabilityTesting
import XCTest

final class MetricsXCTests: XCTestCase {
  func testCountsARecipientThatIsRefused() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    let session = Session(metrics: metrics)

    session.refuse("nobody@example.com")

    let rejected = try await metrics.value(
      of: "mx_smtp_messages_rejected_total", labels: ["reason": "unknown_recipient"])
    XCTAssertEqual(rejected, 1)
  }

  func testShowsWhatDiffers() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    do {
      try await expectMetrics(in: metrics, equals: "mx_smtp_connections_total 1")
      XCTFail("nobody has connected")
    } catch {
      XCTAssertEqual(error.code, .different)
      XCTAssertTrue(
        error.description.hasSuffix("- mx_smtp_connections_total 1\n+ mx_smtp_connections_total 0"))
    }
  }
}

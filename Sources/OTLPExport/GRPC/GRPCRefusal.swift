// What does a collector say by gRPC of a request that it has not taken?

import ObservabilityPlatform

/// A status other than OK, as far as the export needs it.
package struct GRPCRefusal: Sendable {
  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
  private static let retryable: Set = [1, 4, 10, 11, 14, 15]
  private static let resourceExhausted = 8

  /// As gRPC numbers them.
  package let code: Int
  package let message: String
  /// The value of `grpc-status-details-bin`, decoded: a `google.rpc.Status`, or any bytes.
  package let details: [UInt8]

  package init(code: Int, message: String, details: [UInt8] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// The refusal that it is: what may pass is tried again, and a collector that has too much to do where it says when.
  ///
  /// Source: OTLP specification, "OTLP/gRPC Response" and "OTLP/gRPC Throttling".
  package func refusal(without secrets: ExportSecrets) -> ExportRefusal {
    let delay = (try? CollectorStatus(details))?.retryDelay
    let isRetryable = Self.retryable.contains(code) || (code == Self.resourceExhausted && delay != nil)
    let name = Self.names.indices.contains(code) ? Self.names[code] : "the status \(code)"
    let said = message.isEmpty ? "" : ": " + secrets.shown(message.oneLine(atMost: 1024))
    return ExportRefusal(
      "the collector has answered \(name)\(said)", isRetryable: isRetryable,
      retryAfter: isRetryable ? delay : nil, isAnswer: true)
  }
}

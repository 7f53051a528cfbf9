// What does a collector say of a request by HTTP?

package import ObservabilityHTTP
import ObservabilityPlatform

/// A response to an export, as far as the export needs it.
package struct ExportResponse {
  package let status: Int
  package let contentType: String?
  package let retryAfter: Duration?
  package let body: [UInt8]
  /// Whether there was more of the body than is read.
  package let isBodyCut: Bool

  package init(
    status: Int, contentType: String?, retryAfter: Duration?, body: [UInt8], isBodyCut: Bool
  ) {
    self.status = status
    self.contentType = contentType
    self.retryAfter = retryAfter
    self.body = body
    self.isBodyCut = isBodyCut
  }

  /// The answer that it is. Any 2xx is success: a body that cannot be read changes nothing. Nothing else is
  /// tried again once its body is larger than a collector's may be.
  ///
  /// - Parameters:
  ///   - sent: how many spans the request had.
  ///   - secrets: a text of the collector's that has one of them is left out.
  ///
  /// Source: OTLP specification, "OTLP/HTTP Response".
  package func answer(sent: Int, without secrets: ExportSecrets = ExportSecrets([])) -> ExportAnswer {
    if (200...299).contains(status) {
      guard isProtobuf, !isBodyCut, let response = try? TraceExportResponse(body, sent: sent) else {
        return .accepted(rejected: 0, message: "")
      }
      return .accepted(rejected: response.rejectedSpans, message: secrets.shown(response.message))
    }
    let isRetryable = [429, 502, 503, 504].contains(status) && !isBodyCut
    var reason = "the collector has answered \(status)"
    if isProtobuf, let said = try? CollectorStatus(body), !said.message.isEmpty {
      reason += ": " + secrets.shown(said.message)
    }
    return .refused(
      ExportRefusal(
        reason, isRetryable: isRetryable, retryAfter: isRetryable ? retryAfter : nil, isAnswer: true))
  }

  private var isProtobuf: Bool {
    guard let contentType else { return false }
    let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    return String(decoding: type, as: UTF8.self).lowercased() == "application/x-protobuf"
  }
}

extension ExportRefusal {
  /// A request that got no answer.
  package init(_ error: ClientError) {
    let isRetryable =
      switch error {
      case .unresolvable, .refused, .timedOut, .brokenBeforeAnswer, .brokenInAnswer, .busy: true
      case .invalidRequest, .malformedAnswer, .closed, .cancelled: false
      }
    self.init(error.description, isRetryable: isRetryable)
  }
}

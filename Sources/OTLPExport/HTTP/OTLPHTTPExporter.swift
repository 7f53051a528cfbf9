// How do spans travel by HTTP?

import EndpointMessages
package import ObservabilityHTTP
package import ObservabilityPlatform
package import ObservabilitySockets

/// OTLP over HTTP, with protobuf, on one connection that is kept.
///
/// Source: OTLP specification, "OTLP/HTTP".
package final class OTLPHTTPExporter: SpanExporter {
  /// The most bytes of an answer that are read. Source: OTLP specification, "Response size limits".
  package static let longestAnswer = 4 << 20

  private let requester: HTTPRequester
  private let target: String
  private let fields: [(String, String)]
  private let gzip: Gzip?
  /// What no text of a collector may repeat.
  private let secrets: [String]

  /// - Parameters:
  ///   - endpoint: with the whole path.
  ///   - headers: what the host adds; a `User-Agent` takes the place of the library's.
  ///   - gzip: nil when requests are not compressed.
  ///   - timeout: the longest that a batch is tried.
  ///   - idle: how long the connection is kept without a request.
  ///   - loop: the export's.
  package init(
    to endpoint: ClientEndpoint, headers: [(String, String)], gzip: Gzip?, timeout: Duration,
    idle: Duration = ClientConfiguration().deadlines.idle, on loop: EventLoop
  ) throws(SocketError) {
    var configuration = ClientConfiguration()
    // The batch's own time is the limit.
    configuration.deadlines.connect = timeout
    configuration.deadlines.write = timeout
    configuration.deadlines.answer = timeout
    configuration.deadlines.idle = idle
    configuration.limits.maximumBodySize = Self.longestAnswer
    requester = try HTTPRequester(to: endpoint, configuration: configuration, loop: loop)
    target = endpoint.target
    self.gzip = gzip
    secrets = headers.flatMap { Self.secrets(of: $0.1) }
    var fields = [("Content-Type", "application/x-protobuf")]
    let names = Set(headers.map { $0.0.lowercased() })
    if !names.contains("user-agent") {
      fields.append(("User-Agent", "OTel-OTLP-Exporter-Swift/\(OTLPExport.version)"))
    }
    // What says how the body is to be read is not the host's.
    self.fields =
      fields + headers.filter { !["content-type", "content-encoding"].contains($0.0.lowercased()) }
  }

  /// The value of a header field, or what follows its scheme. What is shorter stands in too many texts.
  private static func secrets(of value: String) -> [String] {
    let parts = value.split(separator: " ").map(String.init)
    return ([value] + parts.dropFirst()).filter { $0.utf8.count >= 6 }
  }

  package func body(of message: [UInt8]) -> ExportBody {
    guard let gzip else { return ExportBody(message) }
    guard let compressed = gzip.compress(message) else {
      return ExportBody(message, problem: "zlib has failed, or there is no memory for it")
    }
    return ExportBody(compressed, isCompressed: true)
  }

  package func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> ExportAnswer {
    let fields = body.isCompressed ? fields + [("Content-Encoding", "gzip")] : fields
    let request = ClientRequest(method: "POST", path: target, fields: fields, body: body.bytes)
    do throws(ClientError) {
      let answer = try await requester.send(request, within: limit)
      return ExportResponse(
        status: answer.status, contentType: answer.fields["Content-Type"], retryAfter: answer.retryAfter,
        body: answer.body, isBodyCut: answer.isBodyCut
      ).answer(sent: spans, without: secrets)
    } catch {
      return .refused(ExportRefusal(error))
    }
  }

  package func close() { requester.close() }
}

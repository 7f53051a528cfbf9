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
  private let secrets: ExportSecrets

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
    secrets = ExportSecrets(headers)
    fields = Self.fields(headers)
  }

  /// The fields of every request.
  package static func fields(_ headers: [(String, String)]) -> [(String, String)] {
    var fields = [("Content-Type", "application/x-protobuf")]
    if !headers.contains(where: { $0.0.lowercased() == "user-agent" }) {
      fields.append(("User-Agent", OTLPExport.userAgent))
    }
    // What says how the body is to be read is not the host's.
    return fields + headers.filter { !["content-type", "content-encoding"].contains($0.0.lowercased()) }
  }

  package func body(of message: [UInt8]) -> ExportBody { ExportBody(message, by: gzip) }

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

  package func close(then done: @escaping @Sendable () -> Void) {
    requester.close()
    done()
  }
}

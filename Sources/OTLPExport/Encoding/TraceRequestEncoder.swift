// What is sent to a collector?

import ObservabilityPlatform
package import TraceSpans

/// Ended spans as `ExportTraceServiceRequest` messages in protobuf.
///
/// Any thread may use it; two that encode at once wait for one another. The memory that it writes to, up to a
/// mebibyte, is kept for the next request.
///
/// Source: opentelemetry-proto 1.9, `trace_service.proto` and `trace.proto`.
package final class TraceRequestEncoder: @unchecked Sendable {
  /// The most bytes that the protocol lets a request have. Source: OTLP specification, "Request size limits".
  package static let longestRequest = 64 << 20

  /// One request.
  package struct Request: Sendable {
    /// The message; empty where there is nothing to send.
    package let bytes: [UInt8]
    /// How many spans it has.
    package let spans: Int
    /// How many spans were left out, since each of them alone is longer than a request may be.
    package let tooLarge: Int
  }

  private let limit: Int
  // What every request begins with, once in front of the spans and once behind them: the parts of
  // `ResourceSpans` and `ScopeSpans` that do not change.
  private let resource: [UInt8]
  private let scope: [UInt8]
  private let schema: [UInt8]
  private let lock = Lock()
  private var writer = ProtobufWriter()

  /// An encoder of one process's spans.
  ///
  /// - Parameters:
  ///   - resource: whom the spans are from.
  ///   - schemaURL: what the names of the resource and of the attributes mean; nil where that is not said.
  ///   - limit: the most bytes of a request.
  package init(
    _ resource: OTLPResource, schemaURL: String? = nil, limit: Int = TraceRequestEncoder.longestRequest
  ) {
    self.limit = limit
    self.resource = TraceRequestEncoder.written { writer in
      writer.message(1) { $0.attributes(1, resource.attributes) }
    }
    scope = TraceRequestEncoder.written { writer in
      writer.message(1) { writer in
        writer.field(2, text: OTLPExport.version)
        writer.field(1, text: OTLPExport.name)
      }
    }
    schema = TraceRequestEncoder.written { $0.field(3, text: schemaURL ?? "") }
  }

  private static func written(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return [UInt8](writer.bytes)
  }

  /// Takes as many spans from the front of `spans` as fit into one request.
  ///
  /// Called again and again until `spans` is empty, it takes each span once: into a request, or into the count
  /// of those that are too large.
  package func takeRequest(from spans: inout ArraySlice<SpanRecording>) -> Request {
    lock.withLock {
      defer { writer.removeAll() }
      guard resource.count + scope.count + 2 * schema.count <= limit else {
        // None fits beside those, which one by one would only be found out in quadratic time.
        defer { spans = [] }
        return Request(bytes: [], spans: 0, tooLarge: spans.count)
      }
      var tooLarge = 0
      // Almost always all of them fit. Otherwise half as many are tried, and so on, down to one.
      var count = spans.count
      while count > 0 {
        if write(spans.prefix(count)) {
          spans.removeFirst(count)
          return Request(bytes: [UInt8](writer.bytes), spans: count, tooLarge: tooLarge)
        }
        if count == 1 {
          spans.removeFirst()
          tooLarge += 1
          count = spans.count
        } else {
          count /= 2
        }
      }
      return Request(bytes: [], spans: 0, tooLarge: tooLarge)
    }
  }

  /// False when they do not fit.
  private func write(_ spans: ArraySlice<SpanRecording>) -> Bool {
    writer.removeAll()
    var isFit = true
    writer.message(1) { writer in
      writer.append(schema)
      writer.message(2) { writer in
        writer.append(schema)
        for span in spans.reversed() {
          writer.span(2, span)
          isFit = writer.count <= limit
          guard isFit else { return }
        }
        writer.append(scope)
      }
      writer.append(resource)
    }
    return isFit && writer.count <= limit
  }
}

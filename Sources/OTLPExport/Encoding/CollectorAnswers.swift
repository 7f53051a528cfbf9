// What does a collector answer?

import ObservabilityPlatform

/// What a collector says of a request that it has taken: `ExportTraceServiceResponse`.
///
/// Fields that are not known are skipped, as are those that are of another type than they should be.
///
/// Source: opentelemetry-proto 1.9, `trace_service.proto`.
package struct TraceExportResponse: Sendable, Hashable {
  /// How many of the spans that were sent it has not taken: no less than 0, and no more than were sent.
  package private(set) var rejectedSpans = 0
  /// What the collector says of that, or a warning where it has taken all; on one line of at most 1,024 bytes.
  package private(set) var message = ""
  /// Whether it has rejected more than were sent, or less than none; ``rejectedSpans`` is nearest to that.
  package private(set) var hasImpossibleCount = false

  /// The answer that the bytes stand for. There are none in the answer of a collector that has taken all.
  ///
  /// - Parameter sent: how many spans the request had.
  /// - Throws: where they are no message. The collector has taken the request all the same.
  package init(_ bytes: [UInt8], sent: Int) throws(ProtobufError) {
    var reader = ProtobufReader(bytes[...])
    var rejected: Int64 = 0
    while let (number, value) = try reader.next() {
      guard case (1, .lengthDelimited(let partialSuccess)) = (number, value) else { continue }
      // Where a message occurs twice, what comes later counts, field by field.
      var reader = ProtobufReader(partialSuccess)
      while let field = try reader.next() {
        switch field {
        case (1, .varint(let count)): rejected = Int64(bitPattern: count)
        case (2, .lengthDelimited(let text)): message = collectorMessage(text)
        default: break
        }
      }
    }
    rejectedSpans = Int(min(max(rejected, 0), Int64(max(sent, 0))))
    hasImpossibleCount = Int64(rejectedSpans) != rejected
  }
}

/// What a collector says of a request that it has not taken: `google.rpc.Status`.
package struct CollectorStatus: Sendable, Hashable {
  /// The kind of the error, as gRPC numbers them; 0 where none is said.
  package private(set) var code: Int32 = 0
  /// What the collector says of it, on one line of at most 1,024 bytes.
  package private(set) var message = ""

  /// The status that the bytes stand for.
  ///
  /// - Throws: where they are no message.
  package init(_ bytes: [UInt8]) throws(ProtobufError) {
    var reader = ProtobufReader(bytes[...])
    while let field = try reader.next() {
      switch field {
      case (1, .varint(let code)): self.code = Int32(truncatingIfNeeded: code)
      case (2, .lengthDelimited(let text)): message = collectorMessage(text)
      default: break
      }
    }
  }
}

/// A text of a collector's, which may be long, and of any bytes.
private func collectorMessage(_ bytes: ArraySlice<UInt8>) -> String {
  let limit = 1024
  // More than is shown, so that a character that is cut here is not among it.
  return String(decoding: bytes.prefix(4 * limit), as: UTF8.self).oneLine(atMost: limit)
}

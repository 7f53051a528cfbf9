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
  /// How long it asks to wait, by the last `google.rpc.RetryInfo` among the details; nil without one, and no less than
  /// zero.
  package private(set) var retryDelay: Duration?

  /// The status that the bytes stand for.
  ///
  /// - Throws: where they are no message.
  package init(_ bytes: [UInt8]) throws(ProtobufError) {
    var reader = ProtobufReader(bytes[...])
    while let field = try reader.next() {
      switch field {
      case (1, .varint(let code)): self.code = Int32(truncatingIfNeeded: code)
      case (2, .lengthDelimited(let text)): message = collectorMessage(text)
      case (3, .lengthDelimited(let detail)):
        // One that cannot be read is one less.
        if let delay = try? Self.delay(detail) { retryDelay = delay }
      default: break
      }
    }
  }

  /// `google.protobuf.Any { type_url, value }` of a `google.rpc.RetryInfo { retry_delay }`; nil for any other.
  private static func delay(_ detail: ArraySlice<UInt8>) throws(ProtobufError) -> Duration? {
    var reader = ProtobufReader(detail)
    var isRetryInfo = false
    var value: ArraySlice<UInt8> = []
    while let field = try reader.next() {
      switch field {
      case (1, .lengthDelimited(let url)): isRetryInfo = isURL(url, of: "google.rpc.RetryInfo")
      case (2, .lengthDelimited(let bytes)): value = bytes
      default: break
      }
    }
    guard isRetryInfo else { return nil }
    reader = ProtobufReader(value)
    var seconds: Int64 = 0
    var nanoseconds: Int32 = 0
    while let (number, value) = try reader.next() {
      guard case (1, .lengthDelimited(let duration)) = (number, value) else { continue }
      var reader = ProtobufReader(duration)
      while let field = try reader.next() {
        switch field {
        case (1, .varint(let count)): seconds = Int64(bitPattern: count)
        case (2, .varint(let count)): nanoseconds = Int32(truncatingIfNeeded: count)
        default: break
        }
      }
    }
    return max(.seconds(seconds) + .nanoseconds(nanoseconds), .zero)
  }

  /// Whether a type's name stands behind the last slash.
  private static func isURL(_ url: ArraySlice<UInt8>, of name: StaticString) -> Bool {
    let type = url.lastIndex(of: UInt8(ascii: "/")).map { url[url.index(after: $0)...] } ?? url
    return name.withUTF8Buffer { type.elementsEqual($0) }
  }
}

/// A text of a collector's, which may be long, and of any bytes.
private func collectorMessage(_ bytes: ArraySlice<UInt8>) -> String {
  let limit = 1024
  // More than is shown, so that a character that is cut here is not among it.
  return String(decoding: bytes.prefix(4 * limit), as: UTF8.self).oneLine(atMost: limit)
}

// What do a head's fields say about the body, the connection and the host?

import EndpointMessages

/// The fields that decide where a message ends and whether another may follow. They are judged as they
/// come, and together at the end of the head.
struct FramingFields {
  private var hosts = 0
  /// The body's length as announced.
  private(set) var contentLength: Int?
  private var hasTransferEncoding = false
  private var chunkedCodings = 0
  private var unknownCodings = 0
  private var isChunkedLast = false
  private(set) var closes = false
  private(set) var keepsAlive = false
  private(set) var expectsContinue = false
  private(set) var hasUnknownExpectation = false

  /// Whether the body comes in chunks. Meaningful once the head is complete.
  var isChunked: Bool { hasTransferEncoding }

  mutating func note(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
  ) -> HTTPRejectReason? {
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      hosts += 1
      if hosts > 1 { return .repeatedHost }
      // Empty is legal where the target has no authority (RFC 9112, section 3.2).
      return value.isEmpty || RequestTarget.isAuthority(value) ? nil : .invalidHost
    case 6 where name.equalsIgnoringCase("expect"):
      value.forEachListMember { member in
        if member.equalsIgnoringCase("100-continue") {
          expectsContinue = true
        } else {
          hasUnknownExpectation = true
        }
      }
      return nil
    case 10 where name.equalsIgnoringCase("connection"):
      value.forEachListMember { member in
        if member.equalsIgnoringCase("close") { closes = true }
        if member.equalsIgnoringCase("keep-alive") { keepsAlive = true }
      }
      return nil
    case 14 where name.equalsIgnoringCase("content-length"):
      return noteLength(value)
    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      hasTransferEncoding = true
      value.forEachListMember { member in
        isChunkedLast = member.equalsIgnoringCase("chunked")
        if isChunkedLast { chunkedCodings += 1 } else { unknownCodings += 1 }
      }
      return nil
    default:
      return nil
    }
  }

  private mutating func noteLength(_ value: UnsafeBufferPointer<UInt8>) -> HTTPRejectReason? {
    guard !value.isEmpty, value.allSatisfy({ $0.isDigit }) else { return .invalidContentLength }
    guard contentLength == nil else { return .repeatedContentLength }
    var length = 0
    for byte in value {
      let (product, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte &- 48))
      // Digits without end are a number all the same, larger than any limit.
      length = overflow || carry || length == .max ? .max : sum
    }
    contentLength = length
    return nil
  }

  /// What is wrong with the head of a request as a whole.
  func check(_ version: HTTPVersion) -> HTTPRejectReason? {
    hosts == 0 && version == .http11 ? .missingHost : checkLength(version)
  }

  /// What is wrong with what a head says of the body's length.
  func checkLength(_ version: HTTPVersion) -> HTTPRejectReason? {
    guard hasTransferEncoding else { return nil }
    if contentLength != nil { return .lengthAndCoding }
    if version == .http10 { return .invalidTransferCoding }
    if unknownCodings > 0 {
      // Chunked, and then something else: the length is open (RFC 9112, section 6.3).
      return chunkedCodings > 0 && !isChunkedLast ? .invalidTransferCoding : .unsupportedTransferCoding
    }
    return chunkedCodings == 1 ? nil : .invalidTransferCoding
  }
}

// Which limits, deadlines and framing errors end a request or a connection, and what is answered?

/// Why the transport itself refused a request or ended a connection.
///
/// The raw value is the label under which it is counted.
package enum HTTPRejectReason: String, CaseIterable, Sendable {
  // Framing.

  /// The request line is not three parts with one space between.
  case malformedRequestLine = "malformed_request_line"
  /// The target is not valid, or not of a form the method may have.
  case invalidTarget = "invalid_target"
  /// A version other than 1.x.
  case unsupportedVersion = "unsupported_version"
  /// A field line without a proper name, colon or value.
  case malformedField = "malformed_field"
  /// A field line continued on the next one.
  case obsoleteFolding = "obsolete_folding"
  /// A line of the head that does not end in CR LF.
  case bareLineEnding = "bare_line_ending"
  /// HTTP/1.1 without `Host`.
  case missingHost = "missing_host"
  /// More than one `Host`.
  case repeatedHost = "repeated_host"
  /// A `Host` that is no host and port.
  case invalidHost = "invalid_host"
  /// A `Content-Length` that is not digits.
  case invalidContentLength = "invalid_content_length"
  /// More than one `Content-Length`.
  case repeatedContentLength = "repeated_content_length"
  /// `Content-Length` with `Transfer-Encoding`.
  case lengthAndCoding = "length_and_coding"
  /// A `Transfer-Encoding` that leaves the length open, or in HTTP/1.0.
  case invalidTransferCoding = "invalid_transfer_coding"
  /// A transfer coding other than chunked.
  case unsupportedTransferCoding = "unsupported_transfer_coding"
  /// A chunk that is not framed as it should be.
  case malformedChunk = "malformed_chunk"
  /// The peer stopped writing in the middle of a request.
  case truncatedRequest = "truncated_request"
  /// A method that no standard defines.
  case unknownMethod = "unknown_method"
  /// An expectation other than 100-continue.
  case unknownExpectation = "unknown_expectation"

  // Limits.

  /// The request line is too long.
  case requestLineTooLong = "request_line_too_long"
  /// The header section, or the trailer section, has too many bytes.
  case headersTooLarge = "headers_too_large"
  /// The header section, or the trailer section, has too many fields.
  case tooManyFields = "too_many_fields"
  /// The body is too large.
  case bodyTooLarge = "body_too_large"
  /// Too many connections, and the request was no probe.
  case connectionLimit = "connection_limit"
  /// The process has no file descriptors left, and the request was no probe.
  case descriptorLimit = "descriptor_limit"
  /// Too many connections of one address, and the request was no probe.
  case addressLimit = "address_limit"
  /// As many requests as one connection may make.
  case requestLimit = "request_limit"
  /// Closed without a complete head, to make room.
  case evictedIncomplete = "evicted_incomplete"
  /// Closed while idle, to make room.
  case evictedIdle = "evicted_idle"
  /// Closed to make room, because the peer neither sent nor read what it should have.
  case evictedStalled = "evicted_stalled"
  /// Refused because the server is shutting down.
  case draining = "draining"

  // Deadlines.

  /// The head was not complete in time.
  case headDeadline = "head_deadline"
  /// The body was not complete in time.
  case bodyDeadline = "body_deadline"
  /// The handler had no answer in time.
  case handlerDeadline = "handler_deadline"
  /// The peer did not read.
  case writeDeadline = "write_deadline"
  /// The peer went while its request was handled.
  case clientGone = "client_gone"
  /// No further request came.
  case keepAliveDeadline = "keep_alive_deadline"

  /// A handler's streamed body failed, so that the connection had to be cut.
  case bodyStreamFailure = "body_stream_failure"
}

extension HTTPRejectReason {
  /// The answer, `nil` where none is given.
  var answer: (status: Int, text: StaticString)? {
    switch self {
    case .malformedRequestLine: (400, "The request line is not valid.\n")
    case .invalidTarget: (400, "The request target is not valid.\n")
    case .unsupportedVersion: (505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.\n")
    case .malformedField: (400, "A header field is not valid.\n")
    case .obsoleteFolding: (400, "Folded header fields are not accepted.\n")
    case .bareLineEnding: (400, "Every line of the head must end in CR LF.\n")
    case .missingHost: (400, "The Host header is missing.\n")
    case .repeatedHost: (400, "There is more than one Host header.\n")
    case .invalidHost: (400, "The Host header is not valid.\n")
    case .invalidContentLength: (400, "The Content-Length is not a number.\n")
    case .repeatedContentLength: (400, "There is more than one Content-Length.\n")
    case .lengthAndCoding: (400, "Content-Length and Transfer-Encoding exclude each other.\n")
    case .invalidTransferCoding: (400, "The Transfer-Encoding leaves the length of the body open.\n")
    case .unsupportedTransferCoding: (501, "The only transfer coding accepted is chunked.\n")
    case .malformedChunk: (400, "The chunked body is not valid.\n")
    case .truncatedRequest: (400, "The request is not complete.\n")
    case .unknownMethod: (501, "The method is not known.\n")
    case .unknownExpectation: (417, "The only expectation met is 100-continue.\n")
    case .requestLineTooLong: (414, "The request line is too long.\n")
    case .headersTooLarge: (431, "The header fields are too large.\n")
    case .tooManyFields: (431, "There are too many header fields.\n")
    case .bodyTooLarge: (413, "The body is too large.\n")
    case .connectionLimit: (503, "There are too many connections; only probes are served.\n")
    case .descriptorLimit: (503, "There are no file descriptors left; only probes are served.\n")
    case .addressLimit: (503, "There are too many connections from this address; only probes are served.\n")
    case .draining: (503, "The server is shutting down.\n")
    case .headDeadline: (408, "The request head did not arrive in time.\n")
    case .bodyDeadline: (408, "The request body did not arrive in time.\n")
    case .handlerDeadline: (503, "The answer was not ready in time.\n")
    case .requestLimit, .evictedIncomplete, .evictedIdle, .evictedStalled, .writeDeadline, .clientGone,
      .keepAliveDeadline, .bodyStreamFailure:
      nil
    }
  }
}

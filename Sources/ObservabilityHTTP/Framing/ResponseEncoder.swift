// How does a response look on the wire? (RFC 9112, sections 4, 6 and 7.1)

import EndpointMessages

enum ResponseEncoder {
  enum Framing: Equatable { case length(Int), chunked, untilClose, none }

  /// Writes a whole response, as far as there is room.
  static func write(
    _ response: EndpointResponse, _ body: [UInt8], to request: EndpointRequest, keepAlive: Bool,
    date: [UInt8], into output: inout ByteWriter
  ) {
    let hasBody = mayHaveBody(response.status)
    writeHead(
      status: response.status, headers: response.headers, framing: hasBody ? .length(body.count) : .none,
      version: request.version, keepAlive: keepAlive, date: date, to: &output)
    if hasBody, request.method != "HEAD" { body.withUnsafeBufferPointer { output.append($0) } }
  }

  /// Writes the status line and the header section, with the server's line of `Date` in place of a handler's.
  static func writeHead(
    status: Int, headers: EndpointFields, framing: Framing, version: HTTPVersion, keepAlive: Bool,
    date: [UInt8], to output: inout ByteWriter
  ) {
    if let line = statusLine(status) {
      output.append(line)
    } else {
      output.append("HTTP/1.1 ")
      output.append(number: 200...599 ~= status ? status : 500)
      output.append(" \r\n")
    }
    date.withUnsafeBufferPointer { output.append($0) }
    headers.bytes.withUnsafeBufferPointer { bytes in
      for position in headers.positions {
        let name = bytes.part(Int(position.nameStart), Int(position.nameEnd))
        if isWrittenHere(name) { continue }
        output.append(name)
        output.append(": ")
        output.append(bytes.part(Int(position.valueStart), Int(position.valueEnd)))
        output.append("\r\n")
      }
    }
    switch framing {
    case .length(let length):
      output.append("Content-Length: ")
      output.append(number: length)
      output.append("\r\n")
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    case .untilClose, .none: break
    }
    if !keepAlive {
      output.append("Connection: close\r\n")
    } else if version == .http10 {
      output.append("Connection: keep-alive\r\n")
    }
    output.append("\r\n")
  }

  /// The status line and the header section as bytes of their own.
  static func head(
    status: Int, headers: EndpointFields, framing: Framing, version: HTTPVersion, keepAlive: Bool,
    date: [UInt8]
  ) -> [UInt8] {
    // The lines that are written here, and for each field what stands around its value.
    let room = headers.positions.reduce(256) {
      $0 + 4 + Int($1.nameEnd) - Int($1.nameStart) + Int($1.valueEnd) - Int($1.valueStart)
    }
    return [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      var writer = ByteWriter(buffer)
      writeHead(
        status: status, headers: headers, framing: framing, version: version, keepAlive: keepAlive,
        date: date, to: &writer)
      count = writer.count
    }
  }

  /// Whether a response of that status has a body (RFC 9110, section 6.4.1).
  static func mayHaveBody(_ status: Int) -> Bool { status != 204 && status != 304 }

  private static func isWrittenHere(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    switch name.count {
    case 4: name.equalsIgnoringCase("date")
    case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
    case 14: name.equalsIgnoringCase("content-length")
    case 17: name.equalsIgnoringCase("transfer-encoding")
    default: false
    }
  }

  private static func statusLine(_ status: Int) -> StaticString? {
    switch status {
    case 200: "HTTP/1.1 200 OK\r\n"
    case 201: "HTTP/1.1 201 Created\r\n"
    case 202: "HTTP/1.1 202 Accepted\r\n"
    case 204: "HTTP/1.1 204 No Content\r\n"
    case 206: "HTTP/1.1 206 Partial Content\r\n"
    case 301: "HTTP/1.1 301 Moved Permanently\r\n"
    case 302: "HTTP/1.1 302 Found\r\n"
    case 303: "HTTP/1.1 303 See Other\r\n"
    case 304: "HTTP/1.1 304 Not Modified\r\n"
    case 307: "HTTP/1.1 307 Temporary Redirect\r\n"
    case 308: "HTTP/1.1 308 Permanent Redirect\r\n"
    case 400: "HTTP/1.1 400 Bad Request\r\n"
    case 401: "HTTP/1.1 401 Unauthorized\r\n"
    case 403: "HTTP/1.1 403 Forbidden\r\n"
    case 404: "HTTP/1.1 404 Not Found\r\n"
    case 405: "HTTP/1.1 405 Method Not Allowed\r\n"
    case 406: "HTTP/1.1 406 Not Acceptable\r\n"
    case 408: "HTTP/1.1 408 Request Timeout\r\n"
    case 409: "HTTP/1.1 409 Conflict\r\n"
    case 410: "HTTP/1.1 410 Gone\r\n"
    case 411: "HTTP/1.1 411 Length Required\r\n"
    case 412: "HTTP/1.1 412 Precondition Failed\r\n"
    case 413: "HTTP/1.1 413 Content Too Large\r\n"
    case 414: "HTTP/1.1 414 URI Too Long\r\n"
    case 415: "HTTP/1.1 415 Unsupported Media Type\r\n"
    case 417: "HTTP/1.1 417 Expectation Failed\r\n"
    case 422: "HTTP/1.1 422 Unprocessable Content\r\n"
    case 429: "HTTP/1.1 429 Too Many Requests\r\n"
    case 431: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
    case 500: "HTTP/1.1 500 Internal Server Error\r\n"
    case 501: "HTTP/1.1 501 Not Implemented\r\n"
    case 502: "HTTP/1.1 502 Bad Gateway\r\n"
    case 503: "HTTP/1.1 503 Service Unavailable\r\n"
    case 504: "HTTP/1.1 504 Gateway Timeout\r\n"
    case 505: "HTTP/1.1 505 HTTP Version Not Supported\r\n"
    default: nil
    }
  }
}

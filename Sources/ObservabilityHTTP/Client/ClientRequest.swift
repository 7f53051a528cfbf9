// How does a request look on the wire, and what is never sent? (RFC 9112, sections 3, 5 and 6)

import EndpointMessages
import ObservabilityPlatform

/// A request to the endpoint of a client.
package struct ClientRequest: Sendable {
  package var method: String
  /// The target in origin form: the path, and behind `?` the query, percent-encoded.
  package var path: String
  /// The header fields besides those that the client writes: `Host`, `Content-Length` and what is about the connection.
  package var fields: [(String, String)]
  package var body: [UInt8]

  package init(method: String, path: String, fields: [(String, String)] = [], body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.fields = fields
    self.body = body
  }

  /// Why a header field cannot be sent, nil when it can. The value is not told: it may be a secret. Nor is a name that
  /// is none: whoever writes `Authorization: Bearer abc=` where `=` ends the name has the secret there.
  package static func fault(ofField name: String, value: String) -> String? {
    guard !name.isEmpty, name.utf8.allSatisfy({ ByteSet.token.contains($0) }) else {
      return "the name of a header field is empty, or has a character that none may have"
    }
    guard value.utf8.allSatisfy({ ByteSet.isFieldContent($0) }) else {
      return "the value of the header field \"\(name)\" has a control character, such as a line break"
    }
    guard !isWrittenHere(name) else { return "the header field \"\(name)\" is written by the client itself" }
    return nil
  }

  private static func isWrittenHere(_ name: String) -> Bool {
    switch name.lowercased() {
    case "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te",
      "trailer", "upgrade", "expect":
      true
    default: false
    }
  }
}

extension ClientRequest {
  var isHead: Bool { method == "HEAD" }

  /// Whether sending it twice does what sending it once does (RFC 9110, section 9.2.2).
  var isIdempotent: Bool {
    switch method {
    case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE": true
    default: false
    }
  }

  /// The request line and the header section.
  func head(host: String) throws(ClientError) -> [UInt8] {
    guard !method.isEmpty, method.utf8.allSatisfy({ ByteSet.token.contains($0) }), method != "CONNECT" else {
      throw .invalidRequest("\"\(method.oneLine(atMost: 64))\" is no method that is sent to an endpoint")
    }
    guard path.utf8.first == UInt8(ascii: "/") || path == "*",
      path.utf8.allSatisfy({ $0 > .space && $0 < .delete && $0 != UInt8(ascii: "#") })
    else { throw .invalidRequest("the target is no path of printable ASCII that begins with a slash") }
    var bytes = Array("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n".utf8)
    for (name, value) in fields {
      if let fault = Self.fault(ofField: name, value: value) { throw .invalidRequest(fault) }
      bytes.append(contentsOf: name.utf8)
      bytes.append(contentsOf: ": ".utf8)
      bytes.append(contentsOf: value.utf8)
      bytes.append(contentsOf: "\r\n".utf8)
    }
    if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
      bytes.append(contentsOf: "Content-Length: \(body.count)\r\n".utf8)
    }
    bytes.append(contentsOf: "\r\n".utf8)
    return bytes
  }
}

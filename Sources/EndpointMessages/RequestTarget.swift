// What does the target of a request line name, once decoded? (RFC 9112, section 3.2)

/// A decoded request target.
package struct RequestTarget: Sendable {
  package var path: String
  package var query: EndpointQuery
  /// The authority of an absolute-form target, which then stands above `Host`.
  package var authority: String?

  package typealias Bytes = UnsafeBufferPointer<UInt8>

  /// Reads origin-form and absolute-form, and for `OPTIONS` the asterisk-form, whose path is `*`.
  package static func parse(_ target: Bytes, isOptions: Bool) -> Result<RequestTarget, EndpointRequestError> {
    guard let first = target.first else { return invalid("the request target is empty") }
    if first == UInt8(ascii: "/") { return origin(target, authority: nil) }
    if target.count == 1, first == UInt8(ascii: "*") {
      guard isOptions else { return invalid("the target * is for OPTIONS only") }
      return .success(RequestTarget(path: "*", query: EndpointQuery(), authority: nil))
    }
    let schemeLength: Int
    if target.part(0, 7).equalsIgnoringCase("http://") {
      schemeLength = 7
    } else if target.part(0, 8).equalsIgnoringCase("https://") {
      schemeLength = 8
    } else {
      return invalid("the request target is neither a path nor an http URL")
    }
    var end = schemeLength
    while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") { end += 1 }
    let authority = target.part(schemeLength, end)
    guard !authority.isEmpty, isAuthority(authority) else {
      return invalid("the authority of the request target is not valid")
    }
    let name = String(decoding: authority, as: UTF8.self)
    if end == target.count {
      // An empty path is "/"; for OPTIONS it means the server as a whole (section 3.2.4).
      return .success(RequestTarget(path: isOptions ? "*" : "/", query: EndpointQuery(), authority: name))
    }
    if target[end] == UInt8(ascii: "/") { return origin(target.part(end, target.count), authority: name) }
    return parseQuery(target.part(end + 1, target.count)).map {
      RequestTarget(path: "/", query: $0, authority: name)
    }
  }

  private static func origin(_ target: Bytes, authority: String?) -> Result<
    RequestTarget, EndpointRequestError
  > {
    var end = 0
    var isPlain = true
    while end < target.count, target[end] != UInt8(ascii: "?") {
      let byte = target[end]
      if !ByteSet.path.contains(byte) {
        guard byte == UInt8(ascii: "%") else {
          return invalid("the path has a byte that must be percent-encoded")
        }
        isPlain = false
      }
      if byte == UInt8(ascii: ".") { isPlain = false }
      end += 1
    }
    let path: String
    if isPlain {
      path = String(decoding: target.part(0, end), as: UTF8.self)
    } else {
      switch decodePath(target.part(0, end)) {
      case .success(let decoded): path = decoded
      case .failure(let error): return .failure(error)
      }
    }
    if end + 1 >= target.count {
      return .success(RequestTarget(path: path, query: EndpointQuery(), authority: authority))
    }
    return parseQuery(target.part(end + 1, target.count)).map {
      RequestTarget(path: path, query: $0, authority: authority)
    }
  }

  /// Decodes a path, and refuses what could make it mean another one: an encoded slash or backslash,
  /// a `.` or `..` segment however written, control bytes, and what is no UTF-8 (overlong forms too).
  private static func decodePath(_ encoded: Bytes) -> Result<String, EndpointRequestError> {
    let decoded: [UInt8]
    do throws(PercentEncoding.Fault) {
      decoded = try PercentEncoding.decode(
        encoded,
        allowing: { $0 >= .space && $0 != .delete && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") })
    } catch {
      switch error {
      case .malformed: return invalid("a percent-encoding is not valid")
      case .refused: return invalid("the path has an encoded control byte or slash")
      }
    }
    let dot = UInt8(ascii: ".")
    for segment in decoded.split(separator: UInt8(ascii: "/"))
    where segment == [dot] || segment == [dot, dot] {
      return invalid("the path has a dot segment")
    }
    guard let text = String(validating: decoded, as: UTF8.self) else {
      return invalid("the path is not UTF-8")
    }
    return .success(text)
  }

  private static func parseQuery(_ encoded: Bytes) -> Result<EndpointQuery, EndpointRequestError> {
    var items: [EndpointQuery.Item] = []
    var start = 0
    while start < encoded.count {
      var end = start
      var equals = -1
      while end < encoded.count, encoded[end] != 38 {
        let byte = encoded[end]
        guard ByteSet.query.contains(byte) || byte == UInt8(ascii: "%") else {
          return invalid("the query has a byte that must be percent-encoded")
        }
        if byte == 61, equals < 0 { equals = end }
        end += 1
      }
      if end > start {
        guard let name = decodeQueryPart(encoded.part(start, equals < 0 ? end : equals)),
          let value = equals < 0 ? "" : decodeQueryPart(encoded.part(equals + 1, end))
        else { return invalid("the query is not valid percent-encoded UTF-8") }
        guard items.count < EndpointQuery.most else { return invalid("the query has too many parameters") }
        items.append(EndpointQuery.Item(name: name, value: value))
      }
      start = end + 1
    }
    return .success(EndpointQuery(items))
  }

  /// `+` is a space, as forms have it. `nil` for a bad escape, a NUL, or what is no UTF-8.
  private static func decodeQueryPart(_ encoded: Bytes) -> String? {
    let decoded = try? PercentEncoding.decode(
      encoded, plain: { $0 == UInt8(ascii: "+") ? .space : $0 }, allowing: { $0 != 0 })
    return decoded.flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// Whether the bytes are `host [":" port]`, without user information (RFC 9110, section 7.2).
  package static func isAuthority(_ bytes: Bytes) -> Bool {
    var index = 0
    if bytes.first == 91 {
      index = 1
      while index < bytes.count, bytes[index] != 93 {
        let byte = bytes[index]
        guard byte.hexadecimalValue != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") else {
          return false
        }
        index += 1
      }
      guard index > 2, index < bytes.count else { return false }
      index += 1
    } else {
      while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
        guard ByteSet.registeredName.contains(bytes[index]) else { return false }
        index += 1
      }
      guard index > 0 else { return false }
    }
    if index == bytes.count { return true }
    guard bytes[index] == UInt8(ascii: ":"), bytes.count - index - 1 <= 5 else { return false }
    var port = 0
    for byte in bytes.part(index + 1, bytes.count) {
      guard byte.isDigit else { return false }
      port = port * 10 + Int(byte &- UInt8(ascii: "0"))
    }
    return port <= 65535
  }

  private static func invalid<Value>(_ message: String) -> Result<Value, EndpointRequestError> {
    .failure(EndpointRequestError(.invalidTarget, message))
  }
}

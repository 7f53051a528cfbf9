// What do Content-Type and Content-Disposition say? A value and its parameters (RFC 2045, RFC 2183).

import EndpointMessages

struct MIMEFieldValue: Sendable, Equatable {
  struct Parameter: Sendable, Equatable {
    /// In lower case.
    let name: String
    let value: String
  }

  static let maximumParameters = 64

  /// In lower case.
  let value: String
  let parameters: [Parameter]

  static let plainText = MIMEFieldValue(
    value: "text/plain", parameters: [Parameter(name: "charset", value: "us-ascii")])

  init(value: String, parameters: [Parameter] = []) {
    self.value = value
    self.parameters = parameters
  }

  /// nil when there is no value. Parameters that are none are left out.
  init?(_ field: String) {
    var scanner = Scanner(rest: Array(field.utf8)[...])
    let value = scanner.token().asciiLowercased
    guard !value.isEmpty else { return nil }
    var parameters: [Parameter] = []
    while parameters.count < Self.maximumParameters, scanner.skipBehindSemicolon() {
      let name = scanner.token().asciiLowercased
      guard !name.isEmpty, scanner.skip(UInt8(ascii: "=")), let value = scanner.value() else { continue }
      parameters.append(Parameter(name: name, value: value))
    }
    self.init(value: value, parameters: parameters)
  }

  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// `text/plain` in its halves; nil when it is not that.
  var type: (type: String, subtype: String)? {
    let halves = value.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else { return nil }
    return (String(halves[0]), String(halves[1]))
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ byte: UInt8) -> Bool {
      skipBlanks()
      guard rest.first == byte else { return false }
      rest.removeFirst()
      return true
    }

    /// Octets up to a blank or a special; may be empty.
    mutating func token() -> String {
      skipBlanks()
      let token = rest.prefix { !$0.isWhitespace && !$0.isControl && !"()<>;=\"".utf8.contains($0) }
      rest = rest[token.endIndex...]
      return token.text
    }

    mutating func value() -> String? {
      skipBlanks()
      if rest.first == .quote { return quoted() }
      let token = token()
      return token.isEmpty ? nil : token
    }

    private mutating func quoted() -> String {
      rest.removeFirst()
      var value: [UInt8] = []
      while let byte = rest.popFirst(), byte != .quote {
        value.append(byte == .backslash ? rest.popFirst() ?? byte : byte)
      }
      return value.text
    }

    mutating func skipBehindSemicolon() -> Bool {
      while let byte = rest.first {
        if byte == .quote {
          _ = quoted()
        } else if byte == UInt8(ascii: "(") {
          skipBlanks()
        } else {
          rest.removeFirst()
          if byte == UInt8(ascii: ";") { return true }
        }
      }
      return false
    }

    /// Skips white space and comments; a comment that does not end takes the rest.
    private mutating func skipBlanks() {
      var depth = 0
      while let byte = rest.first {
        if byte == UInt8(ascii: "(") {
          depth += 1
        } else if byte == UInt8(ascii: ")"), depth > 0 {
          depth -= 1
        } else if byte == .backslash, depth > 0 {
          rest.removeFirst()
        } else if depth == 0, !byte.isWhitespace {
          return
        }
        rest = rest.dropFirst()
      }
    }
  }
}

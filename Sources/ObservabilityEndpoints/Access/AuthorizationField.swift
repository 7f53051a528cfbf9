// What does a request say about who sends it?

import EndpointMessages

/// What the `Authorization` field of a request holds.
///
/// Source: RFC 9110, section 11.4; RFC 7617 (Basic); RFC 6750, section 2.1 (Bearer).
package enum AuthorizationField: Equatable {
  /// There is none.
  case absent
  /// Neither of them has a control byte, the name no colon.
  case basic(username: [UInt8], password: [UInt8])
  case bearer([UInt8])
  case otherScheme
  /// It is not what its scheme asks for, or there are two.
  case malformed

  /// The longest that is looked at.
  static let longest = 4096
  /// The longest password: what libcrypt takes.
  static let longestPassword = 511

  init(in fields: EndpointFields) {
    let values = fields.all("Authorization")
    guard var value = values.first else {
      self = .absent
      return
    }
    self = values.count > 1 ? .malformed : value.withUTF8 { AuthorizationField(value: $0) }
  }

  /// - Parameter value: of the field.
  package init(value: UnsafeBufferPointer<UInt8>) {
    self = .malformed
    guard value.count <= Self.longest else { return }
    let value = value.trimmed()
    let schemeEnd = value.firstIndex(of: .space) ?? value.count
    let scheme = value.part(0, schemeEnd)
    guard !scheme.isEmpty, scheme.allSatisfy({ ByteSet.token.contains($0) }) else { return }
    let credentials = Array(value.part(schemeEnd, value.count).drop { $0 == .space })
    if scheme.equalsIgnoringCase("basic") {
      guard let decoded = Base64.decoded(credentials), let parts = Self.parts(of: decoded) else { return }
      self = .basic(username: parts.username, password: parts.password)
    } else if scheme.equalsIgnoringCase("bearer") {
      guard CredentialSettings.isToken(credentials) else { return }
      self = .bearer(credentials)
    } else {
      self = .otherScheme
    }
  }

  private static func parts(of pair: [UInt8]) -> (username: [UInt8], password: [UInt8])? {
    // A NUL would end the password for the C library, whatever follows it.
    guard pair.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), let colon = pair.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    let password = Array(pair[(colon + 1)...])
    return password.count <= longestPassword ? (Array(pair[..<colon]), password) : nil
  }
}

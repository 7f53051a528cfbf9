// Which credentials are there, and can they be any?

/// The credentials as they are set.
package struct CredentialSettings: Sendable {
  package var username = ""
  /// Nil: no password is asked for.
  package var passwordHash: SecretSource?
  package var tokens: [SecretSource] = []

  package init() {}

  package var isEmpty: Bool { passwordHash == nil && tokens.isEmpty }
  var hasFiles: Bool {
    ([passwordHash].compactMap { $0 } + tokens).contains {
      if case .file = $0 { true } else { false }
    }
  }

  static let mostTokens = 16
  static let longestUsername = 256
  static let longestToken = 1024

  /// What is wrong with them as far as that can be told without opening a file or a library; nil when nothing is.
  package var problem: CredentialError? {
    if let passwordHash {
      guard (1...Self.longestUsername).contains(username.utf8.count),
        username.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") })
      else {
        return CredentialError(
          "basicAuth.username", ShownSetting.name(username),
          "must have 1 to 256 bytes, without colon and control characters")
      }
      switch passwordHash {
      case .text(let bytes):
        do throws(PasswordHash.Fault) { _ = try PasswordHash(bytes) } catch {
          return CredentialError("basicAuth.passwordHash", "***", error.description)
        }
      case .file(let path):
        if path.isEmpty { return CredentialError("basicAuth.passwordHashFile", path, "is no path") }
      }
    }
    guard tokens.count <= Self.mostTokens else {
      return CredentialError(
        "bearerTokens", "\(tokens.count)", "are more than \(Self.mostTokens), with those of files")
    }
    for (place, token) in tokens.enumerated() {
      switch token {
      case .text(let bytes):
        if !Self.isToken(bytes) {
          let which = tokens.count > 1 ? ": number \(place + 1) of \(tokens.count) is none" : ""
          return CredentialError("bearerTokens", "***", Self.notAToken + which)
        }
      case .file(let path):
        if path.isEmpty { return CredentialError("bearerTokens.tokenFile", path, "is no path") }
      }
    }
    return nil
  }

  static let notAToken =
    "must have 1 to 1024 letters, digits and characters of -._~+/, and may end in ="

  /// Whether it can be sent as a bearer token. Source: RFC 6750, section 2.1.
  static func isToken(_ bytes: [UInt8]) -> Bool {
    let body = bytes.prefix { $0 != UInt8(ascii: "=") }
    return !body.isEmpty && bytes.count <= longestToken && body.allSatisfy(\.isOfToken68)
      && bytes[body.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
  }
}

extension UInt8 {
  var isOfToken68: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"),
      UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

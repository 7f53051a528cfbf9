// What of a setting or of the command line may be shown, when some of it may be a secret?

import ObservabilityEndpoints
import ObservabilityPlatform

/// Leaves out of texts what may be a secret, by their names and by their form. Better too much than too little: whoever wants
/// to know what a blanked value is can look where it came from.
enum SecretText {
  static let blank = "***"
  /// The longest text that is looked at and shown.
  static let longest = 4096

  /// Words of names whose values are secrets.
  private static let secretWords: Set<String> = [
    "apikey", "auth", "authorization", "bearer", "cookie", "cred", "credential", "credentials", "dsn", "hash",
    "header",
    "headers", "key", "keys", "otp", "pass", "passphrase", "passwd", "password", "passwords", "pin",
    "private", "pw", "pwd",
    "salt", "secret", "secrets", "signature", "token", "tokens",
  ]
  /// Words of names whose values begin with a name, behind which the secret may stand.
  private static let userWords: Set<String> = ["account", "login", "user", "username", "users"]
  /// Words at the end of names whose values are paths.
  private static let pathWords: Set<String> = ["dir", "directory", "file", "files", "folder", "path"]

  /// The value of a setting.
  static func value(_ value: String, named name: String) -> String {
    let words = words(of: name)
    if words.contains(where: secretWords.contains) {
      if let last = words.last, pathWords.contains(last), value.utf8.first == UInt8(ascii: "/") {
        return text(value)
      }
      return value.isEmpty ? "" : blank
    }
    if words.contains(where: userWords.contains) { return ShownSetting.name(text(value)) }
    return text(value)
  }

  /// A text whose name says nothing: of URLs the user, the query and the fragment are left out, and all of what looks like a
  /// hash, a token or a header field of them, or stands behind a name and a colon.
  static func text(_ text: String) -> String {
    let text = text.cut(to: longest)
    // White space parts what is one text each, such as `Authorization: Bearer …`.
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    if parts.count > 1 {
      if text.contains(":"),
        words(of: String(text.prefix { $0 != ":" })).contains(where: secretWords.contains)
      {
        return text.prefix { $0 != ":" } + ": " + blank
      }
      var isSecret = false
      return parts.map { part in
        defer { isSecret = ["bearer", "basic", "digest", "negotiate"].contains(part.lowercased()) }
        return isSecret && !part.isEmpty ? blank : self.part(String(part))
      }.joined(separator: " ")
    }
    return part(text)
  }

  private static func part(_ text: String) -> String {
    if text.firstRange(ofText: "://") != nil { return url(text) }
    if isHash(text) { return text.utf8.contains(UInt8(ascii: ":")) ? ShownSetting.name(text) : blank }
    if let equals = text.firstIndex(of: "="), equals > text.startIndex {
      let name = String(text[..<equals])
      if !isToken(text) { return name + "=" + value(String(text[text.index(after: equals)...]), named: name) }
    }
    if isToken(text) { return blank }
    return pair(text)
  }

  // MARK: - URLs

  /// A URL without who asks and what is asked for.
  static func url(_ text: String) -> String {
    guard let scheme = text.firstRange(ofText: "://") else { return part(text) }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // A password may have been written with such a character in it: then all that follows may be part of it.
    let isStrange = !authority.contains("@") && rest.contains("@")
    let host = authority.lastIndex(of: "@").map { blank + authority[$0...] } ?? String(authority)
    if isStrange { return text[..<scheme.upperBound] + blank }
    let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).map {
      isToken(String($0)) ? blank : String($0)
    }
    let hasMore = authority.endIndex < rest.endIndex && path.endIndex < rest.endIndex
    return text[..<scheme.upperBound] + host + segments.joined(separator: "/")
      + (hasMore ? "\(rest[path.endIndex])\(blank)" : "")
  }

  // MARK: - Forms

  /// A name and a colon, and what is no port, path or address behind them.
  private static func pair(_ text: String) -> String {
    guard let colon = text.firstIndex(of: ":"), text.utf8.first != UInt8(ascii: "["), IPNetwork(text) == nil
    else {
      return text
    }
    let (name, rest) = (text[..<colon], text[text.index(after: colon)...])
    let isPort = (1...5).contains(rest.utf8.count) && rest.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    let isAddress =
      isPort || rest.isEmpty || rest.utf8.first == UInt8(ascii: "/") || name == "systemd" || name.isEmpty
    return isAddress ? text : name + ":" + blank
  }

  /// A password's hash in modular crypt format, or of a directory.
  private static func isHash(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    // `$`, a method of one to sixteen letters and digits, and another `$`.
    for start in bytes.indices where bytes[start] == UInt8(ascii: "$") {
      let method = bytes[(start + 1)...].prefix { $0 != UInt8(ascii: "$") }
      if (1...16).contains(method.count), method.endIndex < bytes.endIndex { return true }
    }
    return ["{SSHA", "{SHA", "{CRYPT}", "{MD5}", "{SMD5}"].contains {
      text.uppercased().firstRange(ofText: $0) != nil
    }
  }

  /// Whether some run of letters and digits of it may be a random one: 20 of them with both, or the beginning of a JSON Web
  /// Token.
  private static func isToken(_ text: String) -> Bool {
    if text.hasPrefix("eyJ"), text.utf8.count >= 20 { return true }
    return text.utf8.split { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
        UInt8(ascii: "+"):
        false
      default: true
      }
    }.contains { run in
      run.count >= 20 && run.contains { 0x30...0x39 ~= $0 } && run.contains { !(0x30...0x39 ~= $0) }
    }
  }

  /// The words of a name, in lower case: `--metrics-tokenFile` has three.
  private static func words(of name: String) -> [String] {
    var words: [String] = [""]
    var wasLower = false
    for byte in name.utf8.prefix(256) {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        if wasLower { words.append("") }
        words[words.count - 1].unicodeScalars.append(Unicode.Scalar(byte + 32))
        wasLower = false
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        words[words.count - 1].unicodeScalars.append(Unicode.Scalar(byte))
        wasLower = true
      default:
        words.append("")
        wasLower = false
      }
    }
    return words.filter { !$0.isEmpty }
  }
}

extension String {
  /// Where another text first stands in this one, byte by byte.
  fileprivate func firstRange(ofText other: String) -> Range<Index>? {
    let (bytes, wanted) = (utf8, Array(other.utf8))
    var start = bytes.startIndex
    while start < bytes.endIndex {
      if bytes[start...].starts(with: wanted),
        let end = bytes.index(start, offsetBy: wanted.count, limitedBy: bytes.endIndex)
      {
        return start..<end
      }
      start = bytes.index(after: start)
    }
    return nil
  }
}

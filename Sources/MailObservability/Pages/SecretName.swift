// Does the name of a setting or an option say that its value is a secret?

/// What the words of a name say: `--metrics-tokenFile` has three.
struct SecretName {
  /// Words of names whose values are secrets.
  private static let secretWords: Set<String> = [
    "apikey", "auth", "authorization", "bearer", "cookie", "cred", "creds", "dsn", "hash", "header",
    "headers", "key",
    "keys", "otp", "pass", "pin", "private", "pw", "pwd", "salt", "signature",
  ]
  /// What makes a secret's name of any word that it is a part of, such as `PGPASSWORD`.
  private static let secretParts = [
    "password", "passwd", "passphrase", "passwort", "secret", "token", "credential", "apikey", "accesskey",
    "privatekey",
    "cookie", "authoriz",
  ]
  private static let secretEnds = ["pass", "pwd", "key"]
  /// Words of names whose values begin with a name, behind which the secret may stand.
  private static let userWords: Set<String> = ["account", "login", "user", "username", "users"]
  /// Words at the end of names whose values are paths.
  private static let pathWords: Set<String> = ["dir", "directory", "file", "files", "folder", "path"]
  /// Schemes of the field `Authorization`, behind which the secret stands.
  private static let schemes: Set<String> = ["basic", "bearer", "digest", "negotiate"]

  /// Whether the value is a secret.
  let isSecret: Bool
  /// Whether the value is a user's name, and may be a password behind it.
  let isUser: Bool
  /// Whether the value is a path, by the last word.
  let isPath: Bool
  /// Whether the last word is how a client says who it is.
  let isScheme: Bool

  init(_ name: String) { self.init(Array(name.utf8.prefix(SecretText.longest))[...]) }

  init(_ name: ArraySlice<UInt8>) {
    let runs = name.split { !SecretName.isLetter($0) }
    let words = runs.flatMap(SecretName.words)
    let whole = runs.map { String(decoding: $0.map { $0 | 0x20 }, as: UTF8.self) }
    isSecret =
      words.contains(where: SecretName.secretWords.contains)
      || whole.contains { word in
        SecretName.secretWords.contains(word) || SecretName.secretEnds.contains { word.hasSuffix($0) }
          || SecretName.secretParts.contains { word.utf8.contains($0.utf8) }
      }
    isUser = (words + whole).contains(where: SecretName.userWords.contains)
    isPath = words.last.map(SecretName.pathWords.contains) ?? false
    isScheme = whole.last.map(SecretName.schemes.contains) ?? false
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  /// The words of letters alone, in lower case: of `smtpPassword` two.
  private static func words(of run: ArraySlice<UInt8>) -> [String] {
    var words: [[UInt8]] = [[]]
    var wasLower = false
    for byte in run {
      let isLower = byte & 0x20 != 0
      if wasLower, !isLower { words.append([]) }
      words[words.count - 1].append(byte | 0x20)
      wasLower = isLower
    }
    return words.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension String.UTF8View {
  /// Whether other bytes stand somewhere among these.
  fileprivate func contains(_ other: Self) -> Bool {
    guard let first = other.first else { return true }
    return indices.contains { self[$0] == first && self[$0...].starts(with: other) }
  }
}

// Which credentials do tests have?

import EndpointMessages
@testable import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport

/// Whether this system can hash a password.
let canHash = Crypt.systemLibraries.contains { (try? Crypt(library: $0)) != nil }

enum Known {
  static let username = "prometheus"
  static let password = "correct horse"
  static let token = "a-token.of_32~characters+0123456="
  static let sha512 =
    "$6$rounds=1000$.2U.1EE/4Q.07ck0$dBwJl5v0KooiO3LOpJUqgL7KT/xrY.RpgxgfZn1a50i6G46VZnKhp18fbsY7gZsU1El4ESfEbP0yPnTuaGveT."
  static let bcrypt2b = "$2b$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
  static let bcrypt2y = "$2y$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
  static let yescrypt = "$y$j75$.2U.1EE/4Q.07ck0AoU1D.$3fy1IhgrhvRDSStlmCfwJ2fLAbxUtjjuSssQD9UIE4B"

  static let basic = "Basic " + base64("\(username):\(password)")
  static let bearer = "Bearer \(token)"

  static func settings(
    hash: SecretSource? = .text(sha512), tokens: [SecretSource] = [.text(token)]
  ) -> CredentialSettings {
    var settings = CredentialSettings()
    settings.username = username
    settings.passwordHash = hash
    settings.tokens = tokens
    return settings
  }
}

/// Written for the tests: the library only reads.
func base64(_ text: String) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  let bytes = Array(text.utf8)
  var result: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let word = (group + [0, 0]).prefix(3).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let characters = (0..<4).map { alphabet[Int(word >> (18 - 6 * UInt32($0)) & 63)] }
    result +=
      characters.prefix(group.count + 1) + [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
  }
  return String(decoding: result, as: UTF8.self)
}

/// A folder of a test's own, removed with its owner, and the files in it.
final class Folder: Sendable {
  struct Broken: Error {}
  let path: String

  init() throws {
    var template = Array("/tmp/access-tests-XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
    guard mkdtemp(&template) != nil else { throw Broken() }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["hash", "token", "new", "link", "pipe", "other"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Writes the file as it is, without a new one in its place.
  func write(_ text: String, to name: String) throws {
    guard let file = fopen(path + "/" + name, "w") else { throw Broken() }
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Broken() }
  }

  /// Puts a new file in its place.
  func replace(_ name: String, with text: String) throws {
    try write(text, to: "new")
    guard rename(path + "/new", path + "/" + name) == 0 else { throw Broken() }
  }
}

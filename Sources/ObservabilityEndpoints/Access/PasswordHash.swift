// Which hashes of passwords are accepted, before anything is computed?

/// A password's hash in modular crypt format, by one of the methods that are worth it: bcrypt (`$2b$`, `$2y$`), yescrypt
/// (`$y$`), and SHA-512 (`$6$`).
///
/// Its settings are bounded: everybody who can connect may have a hash computed.
///
/// Source: crypt(5) of libxcrypt.
package struct PasswordHash: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Why a text is no hash that is accepted; to be read after the setting and its value.
  package enum Fault: Error, Hashable, CustomStringConvertible {
    case empty, unknownMethod, malformed, tooCostly

    package var description: String {
      switch self {
      case .empty: "holds no hash"
      case .unknownMethod: "holds no hash of a method that is accepted: $2b$, $2y$, $y$ or $6$"
      case .malformed: "holds a hash that is not complete, or something beside it"
      case .tooCostly:
        "holds a hash that is too costly to compute for whoever asks: at most 2b$15, 2,000,000 rounds of $6$, and $y$jCT"
      }
    }
  }

  /// The methods, as a hash begins.
  package enum Method: String, Sendable, CaseIterable {
    case bcrypt2b = "$2b$"
    case bcrypt2y = "$2y$"
    case yescrypt = "$y$"
    case sha512 = "$6$"
  }

  package let method: Method
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) throws(Fault) {
    guard !bytes.isEmpty else { throw .empty }
    guard let method = Method.allCases.first(where: { bytes.starts(with: $0.rawValue.utf8) }) else {
      throw .unknownMethod
    }
    let fields = bytes.dropFirst(method.rawValue.utf8.count)
      .split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    switch method {
    case .bcrypt2b, .bcrypt2y: try Self.checkBcrypt(fields)
    case .yescrypt: try Self.checkYescrypt(fields)
    case .sha512: try Self.checkSHA512(fields)
    }
    self.method = method
    self.bytes = bytes
  }

  /// How many bytes the method, its parameters and the salt have.
  var settingCount: Int {
    switch method {
    case .bcrypt2b, .bcrypt2y: "$2b$10$".utf8.count + 22
    case .yescrypt: bytes.count - 43
    case .sha512: bytes.count - 86
    }
  }

  private typealias Fields = [ArraySlice<UInt8>]

  private static func checkBcrypt(_ fields: Fields) throws(Fault) {
    guard fields.count == 2, fields[0].count == 2, let cost = number(fields[0]), fields[1].count == 53,
      fields[1].allSatisfy(\.isOfCryptAlphabet), cost >= 4, cost <= 31
    else { throw .malformed }
    guard cost <= 15 else { throw .tooCostly }
  }

  /// `rounds=N`, if it is there, the salt, and the hash.
  private static func checkSHA512(_ fields: Fields) throws(Fault) {
    guard let hash = fields.last, hash.count == 86, hash.allSatisfy(\.isOfCryptAlphabet) else {
      throw .malformed
    }
    let name = Array("rounds=".utf8)
    let hasRounds = fields.count == 3 && fields[0].starts(with: name)
    guard fields.count == (hasRounds ? 3 : 2) else { throw .malformed }
    let salt = fields[fields.count - 2]
    guard salt.count <= 16, salt.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) else {
      throw .malformed
    }
    guard hasRounds else { return }
    let digits = fields[0].dropFirst(name.count)
    guard let rounds = number(digits), digits.first != UInt8(ascii: "0"), rounds >= 1000 else {
      throw .malformed
    }
    guard rounds <= 2_000_000 else { throw .tooCostly }
  }

  /// The parameters, the salt, and the hash. Of the parameters those that `crypt_gensalt` writes: `j`, the logarithm of
  /// N less 1, and r less 1, as digits of crypt's alphabet. They need 128 times N times r bytes: at most 128 MiB.
  private static func checkYescrypt(_ fields: Fields) throws(Fault) {
    guard fields.count == 3, fields[1].count <= 86, fields[2].count == 43,
      fields.allSatisfy({ $0.allSatisfy(\.isOfCryptAlphabet) }), fields[0].first == UInt8(ascii: "j"),
      fields[0].count >= 3
    else { throw .malformed }
    let parameters = fields[0].dropFirst().map(\.cryptDigit)
    guard parameters.count == 2, parameters[0] <= 14, parameters[1] <= 31 else { throw .tooCostly }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// The method alone.
  package var description: String { "\(method.rawValue)***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension UInt8 {
  fileprivate var isOfCryptAlphabet: Bool {
    switch self {
    case UInt8(ascii: ".")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  /// The value of a character of crypt's alphabet, `./0-9A-Za-z`.
  fileprivate var cryptDigit: Int {
    switch self {
    case UInt8(ascii: "a")...: Int(self) - 97 + 38
    case UInt8(ascii: "A")...: Int(self) - 65 + 12
    default: Int(self) - 46
    }
  }
}

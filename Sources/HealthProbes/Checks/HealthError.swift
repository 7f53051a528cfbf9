// What can be wrong with a health check before it ever runs?

/// A health check that cannot be registered, and why.
public struct HealthError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable {
    private enum Kind: Hashable { case invalidName, duplicateName, invalidSetting }
    private let kind: Kind

    /// The name is empty, longer than 100 characters, or has a character other than `A–Z a–z 0–9 . _ -`,
    /// or begins with something else than a letter or a digit.
    public static let invalidName = Code(kind: .invalidName)
    /// Another check of this registry has the name.
    public static let duplicateName = Code(kind: .duplicateName)
    /// A duration, a threshold or a limit makes no sense.
    public static let invalidSetting = Code(kind: .invalidSetting)
  }

  /// What kind of mistake it is.
  public let code: Code
  /// What is wrong and what to do about it.
  public let message: String

  /// The message.
  public var description: String { message }

  static func invalidName(_ name: String) -> HealthError {
    HealthError(
      code: .invalidName,
      message: "health check name \"\(reasonText(name))\": use 1 to 100 of A-Z a-z 0-9 . _ - "
        + "beginning with a letter or digit")
  }

  static func duplicateName(_ name: String) -> HealthError {
    HealthError(
      code: .duplicateName,
      message: "a health check named \"\(name)\" exists already: remove it first, or choose another name")
  }

  package static func invalidSetting(_ message: String) -> HealthError {
    HealthError(code: .invalidSetting, message: message)
  }
}

/// Names appear in URL paths, labels and text lines, so they are kept to characters that need no escaping in
/// any of them.
func validateCheckName(_ name: String) throws(HealthError) {
  func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
  let bytes = name.utf8
  guard let first = bytes.first, bytes.count <= 100, isAlphanumeric(first) else {
    throw .invalidName(name)
  }
  for byte in bytes {
    let isPunctuation = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    guard isAlphanumeric(byte) || isPunctuation else { throw .invalidName(name) }
  }
}

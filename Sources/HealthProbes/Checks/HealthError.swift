// What can be wrong with a health check before it ever runs?

import ObservabilityPlatform

/// A mistake in a health check: found when the check is made or added, and thrown, because the programmer can
/// mend it.
public struct HealthError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case invalidName, duplicateName, invalidSetting }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The name is empty, longer than 100 characters, or has a character other than `A–Z a–z 0–9 . _ -`,
    /// or begins with something else than a letter or a digit.
    public static let invalidName = Code(.invalidName)
    /// Another check of this registry has the name.
    public static let duplicateName = Code(.duplicateName)
    /// A duration, a threshold or a limit makes no sense.
    public static let invalidSetting = Code(.invalidSetting)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The name of the check, as one line of at most 1 KiB.
  public let check: String
  /// What is wrong, and what would be right.
  public let message: String

  package init(_ code: Code, of check: String, _ message: String) {
    self.code = code
    self.check = reasonText(check)
    self.message = message
  }

  /// The check and what is wrong with it.
  public var description: String { "health check \"\(check)\": \(message)" }
}

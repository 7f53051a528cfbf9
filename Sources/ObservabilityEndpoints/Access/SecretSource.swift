// Where does a secret come from?

/// A secret as it was given, or the file that it is in. Nothing that is made of the value as text has the secret in it.
package enum SecretSource: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  case text([UInt8])
  case file(String)

  package static func text(_ text: String) -> SecretSource { .text(Array(text.utf8)) }

  /// The path of the file, where it is absolute, or `***`.
  package var description: String {
    switch self {
    case .text: "***"
    case .file(let path): ShownSetting.path(path)
    }
  }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Credentials that cannot be used, and why; no word of a secret is in it.
package struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which of the credentials: `basicAuth.passwordHash`, or another setting.
  package let setting: String
  /// The path of the file, the name of the user, or `***`.
  package let value: String
  /// To be read after the setting and its value.
  package let problem: String
  /// Whether it is this system that cannot use them.
  package let isOfSystem: Bool

  init(_ setting: String, _ value: String, _ problem: String, isOfSystem: Bool = false) {
    self.setting = setting
    self.value = value
    self.problem = problem
    self.isOfSystem = isOfSystem
  }

  /// Of a file.
  init(_ setting: String, path: String, _ problem: String, isOfSystem: Bool = false) {
    self.init(
      setting, ShownSetting.path(path), problem + ShownSetting.note(path), isOfSystem: isOfSystem)
  }

  package var description: String { "\(setting) \"\(value)\" \(problem)" }
}

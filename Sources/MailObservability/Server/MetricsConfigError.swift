// Why could the server not be started?

import ObservabilityPlatform
import ObservabilitySockets

/// A setting that cannot be used, and why.
public struct MetricsConfigError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable {
    private enum Kind { case invalidSetting, refusedBySystem, conflict }
    private let kind: Kind

    /// The value can be used on no system: another one is needed.
    public static let invalidSetting = Code(kind: .invalidSetting)
    /// The operating system refuses what the value asks for, such as a port that is taken.
    public static let refusedBySystem = Code(kind: .refusedBySystem)
    /// Something else in this process has it already.
    public static let conflict = Code(kind: .conflict)
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The name of the setting.
  public let setting: String
  /// Its value.
  public let value: String
  /// The setting, its value and what is wrong with it, as one line of at most 4 KiB.
  public let message: String

  /// What is wrong, to be read after the setting and its value.
  let problem: String

  /// - Parameter problem: what is wrong, to be read after the setting and its value.
  init(_ code: Code, setting: String, value: String, _ problem: String) {
    self.code = code
    self.setting = setting
    self.value = value
    self.problem = problem
    let (name, reason) = (setting.oneLine(atMost: 256), problem.oneLine(atMost: 3072))
    // The value is what may be cut, so that the reason is not.
    let room = Self.longestMessage - name.utf8.count - reason.utf8.count - 4
    message = "\(name) \"\(value.oneLine(atMost: room))\" \(reason)"
  }

  private static let longestMessage = 4096

  /// The message.
  public var description: String { message }
}

extension MetricsConfigError {
  /// What an address or a wait failed for, as the failure of the setting that asked for it.
  ///
  /// - Parameter problem: what cannot be done, such as `cannot be used`.
  static func failed(
    setting: String, value: String, _ problem: String, _ error: any Error
  ) -> MetricsConfigError {
    let cause = error as? SocketError
    let code: Code =
      switch cause?.code {
      case .invalidAddress, .invalidSignal: .invalidSetting
      case .busy: .conflict
      default: .refusedBySystem
      }
    return MetricsConfigError(
      code, setting: setting, value: value, "\(problem): \(cause?.message ?? "\(error)")")
  }
}

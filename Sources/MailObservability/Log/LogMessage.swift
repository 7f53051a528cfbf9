// What does the library say that it would otherwise print?

/// Something that somebody may want to read in a log.
public struct LogMessage: Sendable {
  /// How much it matters.
  public enum Level: String, Sendable {
    /// Something that is worth knowing, such as the address that is served.
    case info
    /// Something that an operator should look at; the server goes on as configured.
    case warning
    /// Something that the server cannot do.
    case error
  }

  /// How much it matters.
  public let level: Level
  /// One line of at most 1,024 characters.
  public let text: String

  init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}

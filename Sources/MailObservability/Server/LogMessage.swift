// What does the library say that it would otherwise print?

/// Something that somebody may want to read in a log.
public struct LogMessage: Sendable {
  /// How much it matters.
  public enum Level: String, Sendable {
    case info, warning, error
  }

  /// How much it matters.
  public let level: Level
  /// One line.
  public let text: String

  init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}

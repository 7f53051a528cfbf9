// What does the library say that it would otherwise print?

import ObservabilityPlatform
public import TraceSpans

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
  /// One line, of at most 4 KiB: line ends and other control characters that it was made of are escaped, such as `\n`.
  public let text: String
  /// The span in which it was said: its ``TraceContext/traceID`` and ``TraceContext/spanID`` lead from the log to the
  /// trace. Nil outside of any.
  public let context: TraceContext?

  /// The most bytes of UTF-8.
  static let maximumLength = 4096

  package init(_ level: Level, _ text: String) {
    self.init(level, line: text.oneLine(atMost: Self.maximumLength), TraceSpan.current?.context)
  }

  private init(_ level: Level, line: String, _ context: TraceContext?) {
    self.level = level
    self.context = context
    text = line
  }

  /// The message as the last of several that are alike.
  func standing(forOthers count: Int) -> LogMessage {
    count == 0 ? self : LogMessage(level, line: "\(text) (and \(count) like it)", context)
  }
}

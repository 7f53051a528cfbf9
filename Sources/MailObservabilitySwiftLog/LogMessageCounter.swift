// How many lines does each logger write, and how bad are they?

#if SwiftLog
  public import Logging
  public import MetricInstruments

  /// Counts log messages by level and logger, as `log_messages_total{level,label}`.
  ///
  /// ```swift
  /// let messages = try LogMessageCounter(metrics.registry)
  /// LoggingSystem.bootstrap(
  ///   { label, provider in
  ///     let handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
  ///     return messages.counting(handler, label: label)
  ///   }, metadataProvider: .currentSpan)
  /// ```
  ///
  /// It installs itself nowhere. May be used from any thread.
  public struct LogMessageCounter: Sendable {
    let messages: BoundedFamily<Counter, (CountedLevel, String)>

    /// A counter of messages in a registry, such as ``MetricsCollector/registry``.
    ///
    /// - Parameters:
    ///   - registry: where the family is. Made again for the same registry with the same limit, it is the same family.
    ///   - limit: how many pairs of level and label have a series of their own, below 0 counts as 0. The messages of others
    ///     are counted under the label `other`, with their level, and so are those of a label of more than 1,024 bytes.
    /// - Throws: ``RegistrationError`` when something else has the name, or the family another limit.
    public init(_ registry: Registry, limit: Int = 500) throws(RegistrationError) {
      messages = try registry.register(
        .counter("log_messages_total", help: "Log messages, by level and label of the logger."),
        by: ("level", CountedLevel.self), byBounded: "label", limit: limit)
    }

    /// A handler that does what `handler` does, and counts.
    ///
    /// - Parameter label: the label of the logger.
    public func counting(_ handler: any LogHandler, label: String) -> CountingLogHandler {
      CountingLogHandler(handler, label: label, self)
    }

    func count(_ level: Logger.Level, _ label: String) { messages[CountedLevel(level), label].increment() }
  }

  /// The values of the label `level`.
  enum CountedLevel: String, ClosedLabel {
    case trace, debug, info, notice, warning, error, critical

    init(_ level: Logger.Level) {
      self =
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
  }
#endif

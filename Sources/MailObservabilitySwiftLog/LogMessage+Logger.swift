// How do messages of the library reach a logger of the host?

#if SwiftLog
  public import Logging
  public import MailObservability

  extension LogMessage {
    /// What writes messages to a logger: for ``MetricsConfig/log``, ``TracingConfig/log`` and every other such setting.
    ///
    /// ```swift
    /// config.log = LogMessage.forwarding(to: logger)
    /// ```
    ///
    /// Levels are those of the same name. What was said within a span has its `trace_id`, `span_id` and `trace_flags` as
    /// metadata, since the logger is called on another thread than the one that said it.
    public static func forwarding(to logger: Logger) -> @Sendable (LogMessage) -> Void {
      { message in
        logger.log(
          level: message.level.loggerLevel, "\(message.text)", metadata: message.context.map(\.logMetadata),
          source: "MailObservability")
      }
    }
  }

  extension LogMessage.Level {
    fileprivate var loggerLevel: Logger.Level {
      switch self {
      case .info: .info
      case .warning: .warning
      case .error: .error
      }
    }
  }
#endif

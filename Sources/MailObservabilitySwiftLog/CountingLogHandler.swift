// How is a log handler wrapped so that it behaves as before?

#if SwiftLog
  public import Logging

  /// A log handler that counts messages and leaves everything else to another; see ``LogMessageCounter``.
  ///
  /// Counted is what the handler is given at its level or above, as a `Logger` gives it. Below its level a `Logger`
  /// gives it nothing; what somebody else gives it there is handed on, and not counted. A value, as log handlers are:
  /// a copy whose level or metadata change leaves the others as they are.
  public struct CountingLogHandler: LogHandler {
    private var handler: any LogHandler
    private let label: String
    private let counter: LogMessageCounter

    init(_ handler: any LogHandler, label: String, _ counter: LogMessageCounter) {
      self.handler = handler
      self.label = label
      self.counter = counter
    }

    /// Counts the event and hands it on.
    public func log(event: LogEvent) {
      count(event.level)
      handler.log(event: event)
    }

    /// Counts the message and hands it on, for callers that know no events.
    @available(*, deprecated, renamed: "log(event:)")
    public func log(
      level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
      function: String, line: UInt
    ) {
      log(
        event: LogEvent(
          level: level, message: message, metadata: metadata, source: source, file: file, function: function,
          line: line))
    }

    private func count(_ level: Logger.Level) {
      if level >= handler.logLevel { counter.count(level, label) }
    }

    /// That of the wrapped handler.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { handler[metadataKey: key] }
      set { handler[metadataKey: key] = newValue }
    }

    /// That of the wrapped handler.
    public var metadata: Logger.Metadata {
      get { handler.metadata }
      set { handler.metadata = newValue }
    }

    /// That of the wrapped handler.
    public var metadataProvider: Logger.MetadataProvider? {
      get { handler.metadataProvider }
      set { handler.metadataProvider = newValue }
    }

    /// That of the wrapped handler.
    public var logLevel: Logger.Level {
      get { handler.logLevel }
      set { handler.logLevel = newValue }
    }
  }
#endif

// Do the messages of the library reach a logger, and do lines say in which span they were written?

#if SwiftLog
  import InMemoryLogging
  import Logging
  import MailObservability
  import MailObservabilitySwiftLog
  import TraceSpans
  import Testing

  @Suite("A logger of SwiftLog")
  struct LoggerTests {
    private func logger(
      _ handler: InMemoryLogHandler, _ provider: Logger.MetadataProvider? = nil
    ) -> Logger {
      var handler = handler
      handler.metadataProvider = provider
      return Logger(label: "test", factory: { [handler] _ in handler })
    }

    /// One that traces, for nobody but itself.
    private func traced(_ sampling: TraceSampler = .alwaysOn) throws -> MetricsCollector {
      let metrics = try MetricsCollector()
      try start(metrics, sampling)
      return metrics
    }

    private func start(_ metrics: MetricsCollector, _ sampling: TraceSampler = .alwaysOn) throws {
      var config = TracingConfig(serviceName: "mx1")
      config.exporter = .none
      config.sampling = sampling
      try metrics.startTracing(config)
    }

    @Test(
      "gets messages at their level",
      arguments: [
        (LogMessage.Level.info, Logger.Level.info), (.warning, .warning), (.error, .error),
      ])
    func levels(level: LogMessage.Level, expected: Logger.Level) throws {
      let handler = InMemoryLogHandler()
      var config = MetricsConfig()
      config.log = LogMessage.forwarding(to: logger(handler))
      config.log(LogMessage(level, "disk\nfull"))
      let entry = try #require(handler.entries.first)
      #expect(entry.level == expected)
      #expect(entry.message == "disk\\nfull")
      #expect(entry.metadata == [:])
    }

    @Test("is told the span of a message, although it is called elsewhere")
    func spans() throws {
      let metrics = try traced()
      let handler = InMemoryLogHandler()
      let log = LogMessage.forwarding(to: logger(handler))
      let (message, context) = metrics.tracing.withSpan(.smtp(.data)) { span in
        (LogMessage(.warning, "slow"), span.context)
      }
      log(message)
      let found = try #require(context)
      #expect(
        handler.entries.first?.metadata == [
          "trace_id": "\(found.traceID)", "span_id": "\(found.spanID)",
          "trace_flags": .string(found.isSampled ? "0\(found.flags.rawValue)" : "00"),
        ])
      #expect("\(found.traceID)".utf8.count == 32 && "\(found.spanID)".utf8.count == 16)
    }

    @Test("adds the current span to lines, and nothing outside of one")
    func provider() throws {
      let metrics = try MetricsCollector()
      let handler = InMemoryLogHandler()
      let logger = logger(handler, .currentSpan)
      logger.info("outside")
      // A tracer that is not started has no identity to tell.
      metrics.tracing.withSpan(.smtp(.data)) { _ in logger.info("not started") }
      try start(metrics)
      let context = metrics.tracing.withSpan(.smtp(.data)) { span in
        logger.info("inside", metadata: ["span_id": "explicit", "queue": "in"])
        return span.context
      }
      logger.info("after")
      #expect(handler.entries.map(\.metadata.isEmpty) == [true, true, false, true])
      #expect(handler.entries[2].metadata["trace_id"] == "\(try #require(context).traceID)")
      #expect(handler.entries[2].metadata["span_id"] == "explicit")
    }

    @Test("adds the flags of a span that is not sampled")
    func unsampled() throws {
      let metrics = try traced(.alwaysOff)
      let metadata = metrics.tracing.withSpan(.smtp(.data)) { _ in
        Logger.MetadataProvider.currentSpan.get()
      }
      #expect(metadata["trace_flags"] == "00" || metadata["trace_flags"] == "02")
    }
  }
#endif

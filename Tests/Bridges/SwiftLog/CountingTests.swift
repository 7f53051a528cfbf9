// Is every message counted that is written, and does the wrapped handler behave as without its wrapper?

#if SwiftLog
  import InMemoryLogging
  import Logging
  import MailObservability
  import MailObservabilitySwiftLog
  import MetricInstruments
  import ObservabilityPlatform
  import TestSupport
  import Testing

  @Suite("A counting handler of SwiftLog")
  struct CountingTests {
    let registry: Registry
    let messages: LogMessageCounter

    init() throws {
      registry = try Registry()
      messages = try LogMessageCounter(registry, limit: 10)
    }

    private func count(_ level: Logger.Level, _ label: String = "a") async -> Double? {
      await registry.value("log_messages_total", ["level": "\(level)", "label": label])
    }

    private func logger(_ handler: any LogHandler, label: String = "a") -> Logger {
      Logger(label: label, factory: { messages.counting(handler, label: $0) })
    }

    @Test("counts what is written, by level, and not what is below the handler's level")
    func levels() async {
      let store = InMemoryLogHandler()
      var logger = logger(store)
      for level in Logger.Level.allCases { logger.log(level: level, "x") }
      #expect(store.entries.count == 5)
      for level in Logger.Level.allCases {
        #expect(await count(level) == (level >= .info ? 1 : nil), "\(level)")
      }
      logger.logLevel = .trace
      logger.trace("x")
      #expect(await count(.trace) == 1)
      #expect(store.entries.count == 6)
      logger.logLevel = .critical
      logger.error("x")
      #expect(await count(.error) == 1)
      // What is given to the handler itself below its level is handed on, as it would be without a wrapper.
      logger.handler.log(
        event: LogEvent(
          level: .info, message: "x", metadata: nil, source: nil, file: "f", function: "g", line: 1))
      #expect(await count(.info) == 1)
      #expect(store.entries.count == 7)
    }

    @Test("is a value: a copy's level and metadata are its own")
    func values() {
      let store = InMemoryLogHandler()
      let first = logger(store)
      var second = first
      second[metadataKey: "a"] = "1"
      second.logLevel = .error
      #expect(first[metadataKey: "a"] == nil)
      #expect(first.logLevel == .info)
      second.error("x")
      first.info("y")
      #expect(store.entries.map(\.metadata) == [["a": "1"], [:]])
      var handler = messages.counting(store, label: "a")
      handler.metadata = ["b": "2"]
      #expect(handler[metadataKey: "b"] == "2")
    }

    @Test("hands metadata providers on, and events with all that they have")
    func events() {
      struct Failure: Error {}
      let store = InMemoryLogHandler()
      var handler = messages.counting(store, label: "a")
      #expect(handler.metadataProvider == nil)
      handler.metadataProvider = Logger.MetadataProvider { ["p": "1"] }
      #expect(handler.metadataProvider?.get() == ["p": "1"])
      handler.log(
        event: LogEvent(
          level: .error, message: "m", error: Failure(), metadata: ["k": "v"], source: "s", file: "f",
          function: "g", line: 7))
      #expect(store.entries.first?.metadata == ["p": "1", "k": "v"])
      #expect(store.entries.first?.error is Failure)
    }

    @Test("wraps handlers that know older requirements only")
    func older() async {
      let lines = Lines()
      let old = OldHandlers()
      for handler in [old.withLevels(lines), old.oldest(lines)] {
        logger(handler).warning("m", source: "s")
      }
      #expect(lines.all == ["warning m s", "warning m"])
      #expect(await count(.warning) == 2)
      let handler = messages.counting(old.withLevels(lines), label: "a")
      old.call(handler, "s")
      #expect(lines.all.last == "warning m s")
      #expect(await count(.warning) == 3)
    }

    @Test("is bounded by labels, and their overflow keeps its level")
    func bounded() async {
      let store = InMemoryLogHandler()
      for number in 0..<1000 { logger(store, label: "l\(number)").error("x") }
      #expect(await count(.error, "other") == 990)
      let long = String(repeating: "x", count: 1 << 20)
      logger(store, label: long).critical("x")
      #expect(await count(.critical, "other") == 1)
      #expect(await registry.text().utf8.count < 10_000)
    }

    @Test("takes any text for a label", arguments: ["", "a\"b\\\n", "\0", "é"])
    func hostile(label: String) async {
      logger(InMemoryLogHandler(), label: label).info("x")
      let text = await registry.text()
      #expect(text.split(separator: "\n").count { $0.hasPrefix("log_messages_total{") } == 1)
    }

    @Test("made again is the same counter, if its limit is")
    func again() async throws {
      let same = try LogMessageCounter(registry, limit: 10)
      same.counting(InMemoryLogHandler(), label: "a").log(event: CountingTests.event)
      messages.counting(InMemoryLogHandler(), label: "a").log(event: CountingTests.event)
      #expect(await count(.critical) == 2)
      #expect(throws: RegistrationError.self) { try LogMessageCounter(registry, limit: 11) }
    }

    @Test("counts on every thread")
    func threads() async {
      let logger = logger(SwiftLogNoOpLogHandler())
      await onThread {
        onThreads(4) { _ in
          for _ in 0..<1000 { logger.handler.log(event: CountingTests.event) }
        }
      }
      #expect(await count(.critical) == 4000)
    }

    private static let event = LogEvent(
      level: .critical, message: "x", metadata: nil, source: nil, file: "f", function: "g", line: 1)
  }

  // MARK: - Handlers of older versions

  final class Lines: Sendable {
    private let lines = Locked<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  /// Knows neither events nor metadata providers.
  @available(*, deprecated)
  private struct LevelHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    @available(*, deprecated)
    func log(
      level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
      function: String, line: UInt
    ) {
      lines.add("\(level) \(message) \(source)")
    }
  }

  /// Knows no sources either.
  @available(*, deprecated)
  private struct OldestHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    @available(*, deprecated)
    func log(
      level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, file: String,
      function: String,
      line: UInt
    ) {
      lines.add("\(level) \(message)")
    }
  }

  /// Makes the handlers above, and calls one as callers did before there were events.
  private struct OldHandlers {
    func withLevels(_ lines: Lines) -> any LogHandler { (self as any Deprecated).makeWithLevels(lines) }
    func oldest(_ lines: Lines) -> any LogHandler { (self as any Deprecated).makeOldest(lines) }

    func call(_ handler: any LogHandler, _ source: String) {
      (self as any Deprecated).callWithLevel(handler, source)
    }
  }

  /// Hides that what is used is deprecated.
  private protocol Deprecated {
    func makeWithLevels(_ lines: Lines) -> any LogHandler
    func makeOldest(_ lines: Lines) -> any LogHandler
    func callWithLevel(_ handler: any LogHandler, _ source: String)
  }

  extension OldHandlers: Deprecated {
    @available(*, deprecated)
    func makeWithLevels(_ lines: Lines) -> any LogHandler { LevelHandler(lines: lines) }

    @available(*, deprecated)
    func makeOldest(_ lines: Lines) -> any LogHandler { OldestHandler(lines: lines) }

    @available(*, deprecated)
    func callWithLevel(_ handler: any LogHandler, _ source: String) {
      handler.log(
        level: .warning, message: "m", metadata: nil, source: source, file: "f", function: "g", line: 1)
    }
  }
#endif

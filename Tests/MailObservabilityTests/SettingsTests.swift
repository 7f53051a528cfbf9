// Does every number that can be set work, or is it refused by its name?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Every public number", .timeLimit(.minutes(30)))
struct SettingsTests {
  typealias Setting = (name: String, set: @Sendable (inout MetricsConfig, Int) -> Void)

  static let limits: [Setting] = [
    ("maximumRequestLineSize", { $0.limits.maximumRequestLineSize = $1 }),
    ("maximumHeaderSize", { $0.limits.maximumHeaderSize = $1 }),
    ("maximumFieldCount", { $0.limits.maximumFieldCount = $1 }),
    ("maximumBodySize", { $0.limits.maximumBodySize = $1 }),
    ("maximumConnections", { $0.limits.maximumConnections = $1 }),
    ("maximumReserveConnections", { $0.limits.maximumReserveConnections = $1 }),
    ("maximumConnectionsPerAddress", { $0.limits.maximumConnectionsPerAddress = $1 }),
    ("maximumRequestsPerConnection", { $0.limits.maximumRequestsPerConnection = $1 }),
  ]

  static let deadlines: [(name: String, set: @Sendable (inout MetricsConfig, Duration) -> Void)] = [
    ("deadlines.head", { $0.deadlines.head = $1 }),
    ("deadlines.body", { $0.deadlines.body = $1 }),
    ("deadlines.handler", { $0.deadlines.handler = $1 }),
    ("deadlines.write", { $0.deadlines.write = $1 }),
    ("deadlines.response", { $0.deadlines.response = $1 }),
    ("deadlines.keepAlive", { $0.deadlines.keepAlive = $1 }),
    ("deadlines.reserveHead", { $0.deadlines.reserveHead = $1 }),
    ("deadlines.stall", { $0.deadlines.stall = $1 }),
    ("deadlines.linger", { $0.deadlines.linger = $1 }),
    ("scrapeDeadline", { $0.scrapeDeadline = $1 }),
    ("executorThreshold", { $0.executorThreshold = $1 }),
  ]

  /// Waits that may be none.
  static let mayBeNone = ["deadlines.keepAlive", "deadlines.stall", "deadlines.linger"]

  static let numbers = [Int.min, -1, 0, 1, .max]
  static let durations = [
    Duration(secondsComponent: .min, attosecondsComponent: 0), .seconds(-1), .nanoseconds(-1), .zero,
    .nanoseconds(1),
    .seconds(1), .seconds(Int64.max),
    // Sums and multiples lead beyond what 64 bits of seconds hold.
    .seconds(Int64.min) * 18, .seconds(Int64.max) * 18,
  ]

  /// Starts a server and asks it, or finds that the setting is refused. Returns whether it was started.
  ///
  /// - Parameter isNear: whether a deadline is so near that a slow machine may answer that it has passed.
  private func tryOut(_ name: String, _ config: MetricsConfig, isNear: Bool = false) async throws -> Bool {
    let metrics = try MetricsCollector()
    do {
      let server = try await metrics.startHTTPServer(config)
      let address = try #require(server.boundAddress)
      // What a kubelet and a Prometheus ask, with the fields that they send.
      for path in ["/live", "/metrics", "/metrics?name[]=rusmes_smtp_connections_total"] {
        let reply = await onThread { HTTPClient.get(path, at: address) }
        if !isNear { #expect(reply?.status == 200, "\(name)") }
      }
      await server.shutdown(gracePeriod: .seconds(Int64.max), delay: .seconds(Int64.min))
      return true
    } catch let error as MetricsConfigError {
      #expect(error.setting == name)
      #expect(error.code == .invalidSetting)
      #expect(error.message.hasPrefix(name + " \""))
      let refused = #expect(throws: MetricsConfigError.self) { _ = try config.validated() }
      #expect(refused?.setting == name, "known before a server is started")
      return false
    }
  }

  private var anyPort: MetricsConfig { .patient }

  @Test("of the limits works at its minimum, -1, 0, 1 and maximum", arguments: limits.indices, numbers)
  func limitNumbers(index: Int, value: Int) async throws {
    var config = anyPort
    Self.limits[index].set(&config, value)
    #expect(try await tryOut("limits." + Self.limits[index].name, config))
  }

  @Test("of the deadlines works or is refused by its name", arguments: deadlines.indices, durations)
  func deadlineNumbers(index: Int, value: Duration) async throws {
    var config = anyPort
    Self.deadlines[index].set(&config, value)
    let isStarted = try await tryOut(
      Self.deadlines[index].name, config, isNear: value < .seconds(3600))
    #expect(isStarted == (value >= .milliseconds(10) || Self.mayBeNone.contains(Self.deadlines[index].name)))
  }

  @Test("of scrapes works or is refused by its name", arguments: numbers)
  func scrapes(value: Int) async throws {
    var config = anyPort
    config.maximumConcurrentScrapes = value
    #expect(try await tryOut("maximumConcurrentScrapes", config) == (value >= 1))
  }

  @Test("at its maximum together with all others works")
  func together() async throws {
    var config = anyPort
    for limit in Self.limits { limit.set(&config, .max) }
    for deadline in Self.deadlines { deadline.set(&config, .seconds(Int64.max)) }
    config.maximumConcurrentScrapes = .max
    #expect(try await tryOut("", config))
  }

  @Test("that is none, and every text, is named in one line of bounded length")
  func texts() throws {
    let hostile = "/a\n\u{1B}[2J\0" + String(repeating: "x", count: 1_000_000)
    let changes: [(setting: String, change: (inout MetricsConfig) -> Void)] = [
      ("path", { $0.path = hostile }), ("pathPrefix", { $0.pathPrefix = hostile }),
      ("probeAliases", { $0.probeAliases = [hostile: .live] }), ("hostNames", { $0.hostNames = [hostile] }),
      ("routes", { $0.routes = [EndpointRoute(hostile) { _ in .text(200, "") }] }),
      ("healthChecks", { $0.healthChecks = [hostile: .init()] }),
    ]
    for (setting, change) in changes {
      var config = anyPort
      change(&config)
      let error = #expect(throws: MetricsConfigError.self) { _ = try config.validated() }
      #expect(error?.setting == setting)
      #expect(error?.message.hasPrefix(setting + " \"/a\\n\\u{1B}[2J\\u{0}xxx") == true)
      #expect((1...4096).contains(error?.message.utf8.count ?? 0))
    }
  }

  @Test("is in these tables")
  func isKnown() {
    let config = MetricsConfig()
    func labels(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
    #expect(Self.limits.map(\.name).sorted() == labels(config.limits).sorted())
    #expect(
      Self.deadlines.map(\.name).filter { $0.hasPrefix("deadlines.") }.sorted()
        == labels(config.deadlines).map { "deadlines." + $0 }.sorted())
    let numeric = Mirror(reflecting: config).children.filter {
      $0.value is Int || $0.value is Duration || type(of: $0.value) == Duration?.self || $0.value is Double
    }.compactMap(\.label)
    #expect(
      numeric.sorted() == ["executorThreshold", "maximumConcurrentScrapes", "poolPatience", "scrapeDeadline"])
  }

  @Test("of a health check works or is refused by the check's name", arguments: numbers)
  func checks(value: Int) async throws {
    let changes: [@Sendable (inout HealthCheck.Overrides, Int) -> Void] = [
      { $0.failureThreshold = $1 }, { $0.successThreshold = $1 }, { $0.deadline = .seconds($1) },
      { $0.period = .seconds($1) }, { $0.validity = .seconds($1) },
    ]
    for change in changes {
      var overrides = HealthCheck.Overrides()
      change(&overrides, value)
      var config = anyPort
      config.healthChecks["storage"] = overrides
      do {
        _ = try config.validated()
        let metrics = try MetricsCollector()
        try metrics.health.add(HealthCheck("storage", probes: []) { .pass })
        let server = try await metrics.startHTTPServer(config)
        await server.shutdown()
        #expect(value >= 1)
      } catch let error as MetricsConfigError {
        #expect(error.setting == "healthChecks" && error.value == "storage")
      }
    }
  }
}

// What do the variables of the environment make of a configuration?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import MailObservability

@Suite("MAILOBS variables")
struct ConfigEnvironmentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let variable: String
    let value: String
    let check: @Sendable (MetricsConfig) -> Bool

    init(_ variable: String, _ value: String, _ check: @escaping @Sendable (MetricsConfig) -> Bool) {
      (self.variable, self.value, self.check) = ("MAILOBS_" + variable, value, check)
    }

    var testDescription: String { "\(variable)=\(value)" }
  }

  static let read: [Case] = [
    Case("ENABLED", "false") { !$0.enabled }, Case("ENABLED", "ON") { $0.enabled },
    Case("ENABLED", " 0 ") { !$0.enabled }, Case("ENABLED", "") { $0.enabled },
    Case("BIND_ADDRESS", "[::]:9100") { $0.bindAddress == "[::]:9100" },
    Case("BIND_ADDRESS", "unix:/run/m.sock") { $0.bindAddress == "unix:/run/m.sock" },
    Case("LISTENERS", "[::]:8081=probes") { $0.listeners == [ListenerConfig("[::]:8081", serving: .probes)] },
    Case(
      "LISTENERS", "unix:/a=b.sock=all, systemd:mail=/metrics:trusted+probes+/debug/vars,localhost:1=/live"
    ) {
      $0.listeners == [
        ListenerConfig("unix:/a=b.sock", serving: .all),
        ListenerConfig(
          "systemd:mail", serving: .probes.union(.paths(["/metrics", "/debug/vars"])),
          access: ["/metrics": .trusted]),
        ListenerConfig("localhost:1", serving: .paths(["/live"])),
      ]
    },
    Case("SOCKET_MODE", "0660") { $0.socketMode == 0o660 }, Case("SOCKET_MODE", "0") { $0.socketMode == 0 },
    Case("NOTIFY_SYSTEMD", "true") { $0.notifiesSystemd },
    Case("PROBE_ALIASES", "/up=live, /ok=health") { $0.probeAliases == ["/up": .live, "/ok": .health] },
    Case("PROBE_ALIASES", "none") { $0.probeAliases.isEmpty },
    Case("HEALTH_CHECKS_OFF", "storage, queue") {
      $0.healthChecks.count == 2 && $0.healthChecks.values.allSatisfy { !$0.isEnabled }
    },
    Case("HEALTH_CHECK_DEADLINES", "storage=5s,queue=100ms") {
      $0.healthChecks["storage"]?.deadline == .seconds(5)
        && $0.healthChecks["queue"]?.deadline == .milliseconds(100)
    },
    Case("HEALTH_CHECK_PERIODS", "storage=1m") {
      $0.healthChecks["storage"]?.period == .seconds(60) && $0.healthChecks["storage"]?.isEnabled == true
    },
    Case("PATH", "/prometheus") { $0.path == "/prometheus" },
    Case("PATH_PREFIX", "/internal") { $0.pathPrefix == "/internal" },
    Case("TRUSTED_NETWORKS", "10.0.0.0/8, fd00::/8,192.0.2.1") { $0.trustedNetworks.count == 3 },
    Case("TRUSTED_PROXIES", "192.0.2.7") { $0.trustedProxies == [IPNetwork("192.0.2.7")].compactMap { $0 } },
    Case("HOST_NAMES", "mx1.example.com,mx2.example.com") { $0.hostNames.count == 2 },
    Case("ACCESS", "/metrics=trusted,/health=everybody") {
      $0.access == ["/metrics": .trusted, "/health": .everybody]
    },
    Case("COMPRESSION", "no") { !$0.compressesAnswers }, Case("COMPRESSION", "1") { $0.compressesAnswers },
    Case("MAXIMUM_CONCURRENT_SCRAPES", "9") { $0.maximumConcurrentScrapes == 9 },
    Case("SCRAPE_DEADLINE", "1500ms") { $0.scrapeDeadline == .milliseconds(1500) },
    Case("SCRAPE_DEADLINE", "2m") { $0.scrapeDeadline == .seconds(120) },
    Case("SCRAPE_DEADLINE", "1000000000h") { $0.scrapeDeadline == MetricsConfig.longest },
    Case("CREATED_SAMPLES", "yes") { $0.includesCreatedSamples },
    Case("HISTORY", "false") { !$0.keepsHistory }, Case("HISTORY", "") { $0.keepsHistory },
    Case("PROCESS_METRICS", "off") { !$0.includesProcessMetrics },
    Case("PROCESS_METRICS", "") { $0.includesProcessMetrics },
    Case("EXECUTOR_THRESHOLD", "None") { $0.executorThreshold == nil },
    Case("EXECUTOR_THRESHOLD", "10s") { $0.executorThreshold == .seconds(10) },
    Case("SERVICE_NAME", "mx ä") { $0.serviceName == "mx ä" },
    Case("SERVICE_VERSION", "1.4") { $0.version == "1.4" },
    Case("BEARER_TOKENS", "abc, def=") { $0.bearerTokens == [.init("abc"), .init("def=")] },
    Case("BEARER_TOKEN_FILES", "/a,/b") {
      $0.bearerTokens == [.init(tokenFile: "/a"), .init(tokenFile: "/b")]
    },
    Case("DEADLINE_HEAD", "7s") { $0.deadlines.head == .seconds(7) },
    Case("DEADLINE_BODY", "7s") { $0.deadlines.body == .seconds(7) },
    Case("DEADLINE_HANDLER", "7s") { $0.deadlines.handler == .seconds(7) },
    Case("DEADLINE_WRITE", "7s") { $0.deadlines.write == .seconds(7) },
    Case("DEADLINE_RESPONSE", "1h") { $0.deadlines.response == .seconds(3600) },
    Case("DEADLINE_KEEP_ALIVE", "0s") { $0.deadlines.keepAlive == .zero },
    Case("DEADLINE_RESERVE_HEAD", "70ms") { $0.deadlines.reserveHead == .milliseconds(70) },
    Case("DEADLINE_STALL", "7s") { $0.deadlines.stall == .seconds(7) },
    Case("DEADLINE_LINGER", "7s") { $0.deadlines.linger == .seconds(7) },
    Case("MAXIMUM_REQUEST_LINE_SIZE", "4096") { $0.limits.maximumRequestLineSize == 4096 },
    Case("MAXIMUM_HEADER_SIZE", "4096") { $0.limits.maximumHeaderSize == 4096 },
    Case("MAXIMUM_FIELD_COUNT", "17") { $0.limits.maximumFieldCount == 17 },
    Case("MAXIMUM_BODY_SIZE", "0") { $0.limits.maximumBodySize == 0 },
    Case("MAXIMUM_CONNECTIONS", "77") { $0.limits.maximumConnections == 77 },
    Case("MAXIMUM_RESERVE_CONNECTIONS", "7") { $0.limits.maximumReserveConnections == 7 },
    Case("MAXIMUM_CONNECTIONS_PER_ADDRESS", "5") { $0.limits.maximumConnectionsPerAddress == 5 },
    Case("MAXIMUM_REQUESTS_PER_CONNECTION", "5") { $0.limits.maximumRequestsPerConnection == 5 },
  ]

  @Test("are read", arguments: read)
  func reads(one: Case) throws {
    #expect(one.check(try MetricsConfig(environment: [one.variable: one.value])))
  }

  @Test("of one check are put together, and make one listener as its own code does")
  func together() throws {
    let config = try MetricsConfig(environment: [
      "MAILOBS_HEALTH_CHECK_DEADLINES": "storage=5s", "MAILOBS_HEALTH_CHECK_PERIODS": "storage=1m,queue=2m",
      "MAILOBS_HEALTH_CHECKS_OFF": "storage", "MAILOBS_BEARER_TOKENS": "abc",
      "MAILOBS_LISTENERS": "[::]:9091=/metrics:credentials+probes",
    ])
    var storage = HealthCheck.Overrides()
    (storage.deadline, storage.period, storage.isEnabled) = (.seconds(5), .seconds(60), false)
    #expect(config.healthChecks["storage"] == storage)
    #expect(config.healthChecks["queue"]?.period == .seconds(120))
    #expect(config.listeners[0].access == ["/metrics": .credentials])
  }

  @Test("of which one belongs to another's error are not blamed for it")
  func blamed() {
    #expect {
      try MetricsConfig(environment: ["MAILOBS_PATH_PREFIX": "/a/", "MAILOBS_PATH": "/ok"])
    } throws: { ($0 as? MetricsConfigError)?.setting == "MAILOBS_PATH_PREFIX" }
  }

  @Test("are all among those that are read here, but for those that belong together")
  func complete() {
    let others = ["USERNAME", "PASSWORD_HASH", "PASSWORD_HASH_FILE"].map { "MAILOBS_BASIC_AUTH_" + $0 }
    #expect(
      Set(MetricsConfig.Variable.all.map(\.name)) == Set(ConfigEnvironmentTests.read.map(\.variable) + others)
    )
  }

  private static func list(_ count: Int, _ member: (Int) -> String) -> String {
    (1...count).map(member).joined(separator: ",")
  }

  static let nonsense: [(String, String, String)] = [
    ("BIND_ADDRESS", "9090", "host:port, [v6]:port"), ("BIND_ADDRESS", "localhost:65536", "0 to 65535"),
    ("BIND_ADDRESS", "::1:9090", "[v6]:port"), ("BIND_ADDRESS", ":9090", "host:port"),
    ("BIND_ADDRESS", "unix:", "unix:/path"), ("BIND_ADDRESS", "systemd:", "systemd:NAME"),
    ("LISTENERS", "[::]:8081", "what is served"), ("LISTENERS", "[::]:8081=", "what is served"),
    ("LISTENERS", "[::]:8081=metrics", "all, probes, or paths"), ("LISTENERS", "[::]=probes", "addresses"),
    ("LISTENERS", "=probes", "addresses"), ("LISTENERS", "[::]:8081=probes+", "what is served"),
    ("LISTENERS", "[::]:8081=/live+/live", "each once"), ("LISTENERS", "[::]:8081=/live:nobody", "a rule"),
    ("LISTENERS", "[::]:8081=probes:trusted", "all, probes, or paths"),
    ("LISTENERS", "[::]:8081=/nothing", "is the path of no route"),
    ("LISTENERS", "[::]:8081=/metrics:credentials", "asks for credentials"),
    ("LISTENERS", "127.0.0.1:9090=probes", "is the address of bindAddress"),
    ("LISTENERS", "[::]:1=probes,[::]:1=all", "is the address of listeners[0]"),
    ("LISTENERS", list(16) { "[::]:\($0)=all" }, "are more than 15"),
    ("SOCKET_MODE", "0o660", "octal"), ("SOCKET_MODE", "680", "octal"), ("SOCKET_MODE", "1777", "0 to 777"),
    ("SOCKET_MODE", "-1", "octal"), ("NOTIFY_SYSTEMD", "READY=1", "true or false"),
    ("PROBE_ALIASES", "/up", "paths and probes"), ("PROBE_ALIASES", "/up=alive", "health, ready, live"),
    ("PROBE_ALIASES", "/up=live,/up=ready", "each path once"),
    ("PROBE_ALIASES", "up=live", "must begin with /"),
    ("PROBE_ALIASES", "/live=live", "is the path of another route"),
    ("HEALTH_CHECKS_OFF", "a check", "names of health checks"),
    ("HEALTH_CHECK_DEADLINES", "storage", "such as storage=5s"),
    ("HEALTH_CHECK_DEADLINES", "storage=0s", "above 0"),
    ("HEALTH_CHECK_DEADLINES", "storage=5s,storage=6s", "each check once"),
    ("HEALTH_CHECK_PERIODS", "=5s", "names of health checks"),
    ("HEALTH_CHECK_PERIODS", "storage=5", "ms, s, m or h"),
    ("EXECUTOR_THRESHOLD", "1ms", "is shorter than 10"),
    ("ENABLED", "maybe", "must be true or false"), ("ENABLED", "2", "must be true or false"),
    ("PATH", "metrics", "must begin with /"), ("PATH", "/live", "is the path of another route"),
    ("PATH_PREFIX", "/a/", "must not end in /"), ("TRUSTED_NETWORKS", "10.0.0.0/33", "10.0.0.0/8"),
    ("TRUSTED_NETWORKS", "10.0.0.0/8;10.1.0.0/16", "commas"), ("TRUSTED_PROXIES", "localhost", "addresses"),
    ("HOST_NAMES", "mx1:9090", "is no name of a host"), ("ACCESS", "/metrics", "paths and rules"),
    ("ACCESS", "/metrics=nobody", "everybody, trusted"), ("ACCESS", "metrics=trusted", "paths and rules"),
    ("ACCESS", "/metrics=trusted,/metrics=everybody", "each path once"),
    ("MAXIMUM_CONCURRENT_SCRAPES", "0", "a whole number from 1 to 1048576"),
    ("MAXIMUM_CONCURRENT_SCRAPES", "-1", "a whole number"),
    ("MAXIMUM_CONCURRENT_SCRAPES", "+1", "a whole number"),
    ("MAXIMUM_CONCURRENT_SCRAPES", "99999999999999999999", "a whole number from 1 to 1048576"),
    ("MAXIMUM_CONNECTIONS", "0", "from 1 to 1048576"), ("MAXIMUM_HEADER_SIZE", "0", "from 1024 to"),
    ("MAXIMUM_CONNECTIONS", "1048577", "from 1 to 1048576"), ("MAXIMUM_FIELD_COUNT", "15", "from 16 to"),
    ("MAXIMUM_CONNECTIONS_PER_ADDRESS", "0", "from 1 to"), ("MAXIMUM_REQUEST_LINE_SIZE", "511", "from 512"),
    ("MAXIMUM_REQUESTS_PER_CONNECTION", "0", "from 1 to"), ("MAXIMUM_BODY_SIZE", "1073741825", "from 0 to"),
    ("MAXIMUM_RESERVE_CONNECTIONS", "99999999999999999999", "from 0 to 1048576"),
    ("DEADLINE_BODY", "99999999999999999999s", "up to 1000000000"),
    ("MAXIMUM_CONCURRENT_SCRAPES", "٣", "a whole number"), ("SCRAPE_DEADLINE", "20", "ms, s, m or h"),
    ("SCRAPE_DEADLINE", "1.5s", "ms, s, m or h"), ("SCRAPE_DEADLINE", "9ms", "is shorter than 10"),
    ("SCRAPE_DEADLINE", "1000000001s", "ms, s, m or h"), ("SCRAPE_DEADLINE", "s", "ms, s, m or h"),
    ("EXECUTOR_THRESHOLD", "never", "none, or"), ("DEADLINE_HEAD", "0s", "is shorter than 10"),
    ("MAXIMUM_CONNECTIONS", "1e3", "a whole number"),
    ("BEARER_TOKEN_FILES", ",", "none in it"), ("TRUSTED_NETWORKS", ",", "none in it"),
    ("TRUSTED_PROXIES", ", ,", "none in it"), ("HOST_NAMES", ",", "none in it"),
    ("ACCESS", ",", "none in it"), ("LISTENERS", ",,", "none in it"), ("PROBE_ALIASES", ",", "none in it"),
    ("HEALTH_CHECKS_OFF", ",", "none in it"), ("HEALTH_CHECK_DEADLINES", ",", "none in it"),
    ("HEALTH_CHECK_PERIODS", ",", "none in it"),
    ("TRUSTED_NETWORKS", "10.0.0.0/8,ten", "\"ten\" is not"),
    ("TRUSTED_PROXIES", "::1, ::g,::2", "\"::g\" is not"),
    ("ACCESS", "/a=trusted,/b", "\"/b\" is not"),
    ("LISTENERS", "[::]:1=all,[::]=all", "\"[::]=all\" is not"),
    ("PROBE_ALIASES", "/a=live,/b=alive", "\"/b=alive\" is not"),
    ("HEALTH_CHECKS_OFF", "storage,a b", "\"a b\" is not"),
    ("HEALTH_CHECK_DEADLINES", "a=1s,b=0s", "\"b=0s\" is not"),
    ("HEALTH_CHECK_PERIODS", "a=1s,b=1", "\"b=1\" is not"),
    ("HOST_NAMES", "mx1,mx2:9090", "has \"mx2:9090\", which is no name of a host"),
    ("PROBE_ALIASES", "/up=live,down=live", "has \"down\", which must begin with /"),
    ("ACCESS", "/live=trusted,/nothing=trusted", "has \"/nothing\", which is the path of no route"),
    ("LISTENERS", "[::]:1=/live,[::]:2=/nothing", "has \"/nothing\", which is the path of no route"),
    ("PROBE_ALIASES", list(200) { "/\($0)=live" }, "are more paths than 200"),
    ("HOST_NAMES", list(1000) { "mx\($0)" } + ",mx:1", "has \"mx:1\""),
    (
      "TRUSTED_NETWORKS", list(1000) { "10.0.0.\($0 % 256)" } + ",ten",
      "\"ten\" is not"
    ),
    ("BASIC_AUTH_USERNAME", "prometheus", "needs MAILOBS_BASIC_AUTH_PASSWORD_HASH_FILE"),
    ("BASIC_AUTH_PASSWORD_HASH_FILE", "/run/hash", "needs MAILOBS_BASIC_AUTH_USERNAME"),
  ]

  @Test(
    "that make no sense are errors with the variable, the value and what is allowed",
    arguments: nonsense)
  func wrong(name: String, value: String, problem: String) {
    #expect {
      try MetricsConfig(environment: ["MAILOBS_" + name: value])
    } throws: { error in
      guard let error = error as? MetricsConfigError else { return false }
      let isNamed = error.setting == "MAILOBS_" + name && error.message.contains(problem)
      return isNamed && error.value == value && error.message.utf8.count <= 4096
    }
  }

  static let secrets: [[String: String]] = [
    ["BASIC_AUTH_PASSWORD_HASH": "hush"], ["BASIC_AUTH_PASSWORD_HASH": "hush", "BASIC_AUTH_USERNAME": "u"],
    [
      "BASIC_AUTH_PASSWORD_HASH": "hush", "BASIC_AUTH_USERNAME": "u", "BASIC_AUTH_PASSWORD_HASH_FILE": "/f",
    ],
    ["BEARER_TOKENS": "hush hush"], ["BEARER_TOKENS": "hush,ä"], ["BEARER_TOKENSS": "hush"],
    ["BASIC_AUTH_USERNAME": "prometheus:$2y$10$hush"], ["BASIC_AUTH_USERNAME": "$2y$10$hush"],
    ["BASIC_AUTH_USERNAME": "hush0123456789012345678901234567"], ["BASIC_AUTH_USERNAME": "u:hush"],
    ["BASIC_AUTH_USERNAME": "u:hush", "BASIC_AUTH_PASSWORD_HASH_FILE": "/f"],
    ["BASIC_AUTH_USERNAME": "$6$hush:", "BASIC_AUTH_PASSWORD_HASH_FILE": "/f"],
    ["BASIC_AUTH_PASSWORD_HASH_FILE": "u:$2y$10$hush"], ["BASIC_AUTH_PASSWORD_HASH_FILE": "$6$a$hush"],
    ["BASIC_AUTH_PASSWORD_HASH": "x", "BASIC_AUTH_USERNAME": "u", "BASIC_AUTH_PASSWORD_HASH_FILE": "hush"],
    ["BEARER_TOKEN_FILES": list(17) { "hush\($0)" }],
    ["BEARER_TOKENS": list(17) { "hush\($0)" }],
    [
      "BEARER_TOKENS": list(9) { "hush\($0)" },
      "BEARER_TOKEN_FILES": "/1,/2,/3,/4,/5,/6,/7,/8",
    ],
    ["BEARER_TOKENS": ","],
  ]

  @Test(
    "that have a secret are errors without it",
    arguments: secrets)
  func secret(variables: [String: String]) {
    let environment = Dictionary(uniqueKeysWithValues: variables.map { ("MAILOBS_" + $0.key, $0.value) })
    #expect {
      try MetricsConfig(environment: environment)
    } throws: { error in
      guard let error = error as? MetricsConfigError else { return false }
      return !"\(error)".contains("hush") && error.setting.hasPrefix("MAILOBS_")
    }
  }

  @Test(
    "that have a secret in place of the path of its file make a server that does not start, and does not tell it"
  )
  func secretForPath() throws {
    for variables in [
      ["BEARER_TOKEN_FILES": "hush0123456789"], ["BEARER_TOKEN_FILES": "hu/sh+hush="],
      ["BASIC_AUTH_USERNAME": "u", "BASIC_AUTH_PASSWORD_HASH_FILE": "$2y$10$hush/hush"],
    ] {
      let environment = Dictionary(uniqueKeysWithValues: variables.map { ("MAILOBS_" + $0.key, $0.value) })
      let config = try MetricsConfig(environment: environment)
      let shown = "\(config.bearerTokens) \(String(reflecting: config.basicAuth))"
      #expect(!shown.contains("hush"))
      #expect {
        try MetricsCollector().endpoints(config)
      } throws: { error in
        "\(error)".contains("\"***\" cannot be read") && !"\(error)".contains("hush")
      }
    }
    let pasted = MetricsConfig.BasicAuth(username: "u:$6$hush", passwordHash: "x")
    var dumped = ""
    dump(pasted, to: &dumped)
    #expect(!"\(pasted) \(String(reflecting: pasted)) \(dumped)".contains("hush"))
  }

  @Test("of Kubernetes for a Service whose name begins so are left alone, and nothing else is")
  func serviceLinks() throws {
    let links = [
      "SERVICE_HOST": "10.96.0.7", "SERVICE_PORT": "9090", "SERVICE_PORT_HTTP_METRICS": "9090",
      "PORT": "tcp://10.96.0.7:9090", "PORT_9090_TCP": "tcp://10.96.0.7:9090", "PORT_9090_TCP_PROTO": "tcp",
      "PORT_9090_TCP_PORT": "9090", "PORT_9090_TCP_ADDR": "10.96.0.7", "PORT_53_UDP": "udp://[fd00::7]:53",
    ]
    var environment: [String: String] = [:]
    for (name, value) in links {
      environment["MAILOBS_" + name] = value
      environment["MAILOBS_PROBES_" + name] = value
    }
    environment["MAILOBS_SERVICE_NAME"] = "mx"
    #expect(try MetricsConfig(environment: environment).serviceName == "mx")
    for (name, value) in [
      ("PORT", "9090"), ("SERVICE", "x"), ("SERVICE_HOSTS", "x"), ("SERVICE_PORT", "http"),
      ("PORT_9090", "x"),
      ("PORT_9090_QUIC", "x"), ("PORT_x_TCP", "x"), ("PORT_9090_TCP_NAME", "x"), ("SERVICE_HOST_X", "x"),
      ("PORT_9090_TCP_PORT_X", "x"), ("PORTS", "tcp://x"),
    ] {
      #expect {
        try MetricsConfig(environment: ["MAILOBS_" + name: value])
      } throws: { ($0 as? MetricsConfigError)?.setting == "MAILOBS_" + name }
    }
  }

  @Test("that name a check which is not there are said when the server starts, with the nearest that is")
  func unknownChecks() throws {
    let config = try MetricsConfig(environment: ["MAILOBS_HEALTH_CHECKS_OFF": "storge,queue,relay,executor"])
    let health = HealthRegistry()
    try health.add(HealthCheck("storage") { .pass })
    try health.declare("queue")
    let said = try #require(config.unknownChecks(of: health))
    #expect(said.level == .warning && said.text.hasSuffix(": \"relay\", \"storge\" (there is storage)"))
    try health.add(HealthCheck("relay") { .pass })
    #expect(config.unknownChecks(of: health)?.text.hasSuffix(": \"storge\" (there is storage)") == true)
    let recorder = LogRecorder()
    var logging = config
    logging.log = recorder.record
    for _ in 0..<2 { _ = try MetricsCollector(health: health).endpoints(logging) }
    #expect(recorder.messages.map(\.text).filter { $0.contains("storge") }.count == 1, "said once")
    #expect(MetricsConfig().unknownChecks(of: health) == nil)
  }

  @Test(
    "that are not known are errors with the nearest that is",
    arguments: [
      ("MAILOBS_BIND_ADRESS", "MAILOBS_BIND_ADDRESS"), ("MAILOBS_ENABLE", "MAILOBS_ENABLED"),
      ("MAILOBS_LISTENER", "MAILOBS_LISTENERS"), ("MAILOBS_SOCKETMODE", "MAILOBS_SOCKET_MODE"),
      ("MAILOBS_NOTIFY_SYSTEM_D", "MAILOBS_NOTIFY_SYSTEMD"),
      ("MAILOBS_HEALTH_CHECKS", "MAILOBS_HEALTH_CHECKS_OFF"),
      ("MAILOBS_TRUSTED_NETWORK", "MAILOBS_TRUSTED_NETWORKS"), ("MAILOBS_enabled", "MAILOBS_ENABLED"),
      ("MAILOBS_", "MAILOBS_PATH"),
    ])
  func unknown(name: String, nearest: String) {
    #expect {
      try MetricsConfig(environment: [name: "x"])
    } throws: { error in
      guard let error = error as? MetricsConfigError else { return false }
      return error.setting == name && error.message.contains("there is \(nearest)")
    }
  }

  @Test("are all that is looked at, and no long name or value makes a long message")
  func others() throws {
    let config = try MetricsConfig(environment: [
      "OTEL_SDK_DISABLED": "true", "mailobs_path": "x", "PATH": "y",
    ])
    #expect(config.path == "/metrics")
    for (name, value) in [
      ("MAILOBS_SCRAPE_DEADLINE", String(repeating: "x", count: 100_000)),
      ("MAILOBS_ACCESS", String(repeating: "/x=trusted", count: 10_000)),
      ("MAILOBS_" + String(repeating: "é", count: 100_000), "x"),
      ("MAILOBS_ENABLED", String(repeating: "\n", count: 100_000)),
      ("MAILOBS_ENABLED", String(repeating: "x", count: 100_000)),
    ] {
      do {
        _ = try MetricsConfig(environment: [name: value])
        #expect(value.first == "\n")
      } catch {
        #expect(error.message.utf8.count <= 4096)
        #expect(error.message.hasSuffix(error.problem))
        #expect(!error.message.contains("\n"))
      }
    }
  }

  @Test("that are no text are errors, and of a name that is there twice the first counts")
  func bytes() throws {
    #expect {
      try MetricsConfig(variables: [("MAILOBS_PATH", [0x2F, 0xFF])])
    } throws: { ($0 as? MetricsConfigError)?.setting == "MAILOBS_PATH" }
    let twice = try MetricsConfig(variables: [
      ("MAILOBS_PATH", Array("/a".utf8)), ("MAILOBS_PATH", Array("/b".utf8)),
    ])
    #expect(twice.path == "/a")
  }

  @Test("of the process are those that are read when none are given")
  func process() throws {
    #expect(processEnvironment().contains { $0.name == "PATH" && !$0.value.isEmpty })
    #expect(try MetricsConfig(environment: nil).bindAddress == MetricsConfig().bindAddress)
  }
}

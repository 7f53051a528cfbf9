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
    Case("MAXIMUM_FIELD_COUNT", "1") { $0.limits.maximumFieldCount == 16 },
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

  @Test("are all among those that are read here, but for those that belong together")
  func complete() {
    let others = ["USERNAME", "PASSWORD_HASH", "PASSWORD_HASH_FILE"].map { "MAILOBS_BASIC_AUTH_" + $0 }
    #expect(
      Set(MetricsConfig.Variable.all.map(\.name)) == Set(ConfigEnvironmentTests.read.map(\.variable) + others)
    )
  }

  @Test(
    "that make no sense are errors with the variable, the value and what is allowed",
    arguments: [
      ("ENABLED", "maybe", "must be true or false"), ("ENABLED", "2", "must be true or false"),
      ("PATH", "metrics", "must begin with /"), ("PATH", "/live", "is the path of another route"),
      ("PATH_PREFIX", "/a/", "must not end in /"), ("TRUSTED_NETWORKS", "10.0.0.0/33", "10.0.0.0/8"),
      ("TRUSTED_NETWORKS", "10.0.0.0/8;10.1.0.0/16", "commas"), ("TRUSTED_PROXIES", "localhost", "addresses"),
      ("HOST_NAMES", "mx1:9090", "is no name of a host"), ("ACCESS", "/metrics", "paths and rules"),
      ("ACCESS", "/metrics=nobody", "everybody, trusted"), ("ACCESS", "metrics=trusted", "paths and rules"),
      ("ACCESS", "/metrics=trusted,/metrics=everybody", "each path once"),
      ("MAXIMUM_CONCURRENT_SCRAPES", "0", "would answer no scrape"),
      ("MAXIMUM_CONCURRENT_SCRAPES", "-1", "a whole number"),
      ("MAXIMUM_CONCURRENT_SCRAPES", "+1", "a whole number"),
      ("MAXIMUM_CONCURRENT_SCRAPES", "99999999999999999999", "a whole number"),
      ("MAXIMUM_CONCURRENT_SCRAPES", "٣", "a whole number"), ("SCRAPE_DEADLINE", "20", "ms, s, m or h"),
      ("SCRAPE_DEADLINE", "1.5s", "ms, s, m or h"), ("SCRAPE_DEADLINE", "9ms", "is shorter than 10"),
      ("SCRAPE_DEADLINE", "1000000001s", "ms, s, m or h"), ("SCRAPE_DEADLINE", "s", "ms, s, m or h"),
      ("EXECUTOR_THRESHOLD", "never", "none, or"), ("DEADLINE_HEAD", "0s", "is shorter than 10"),
      ("MAXIMUM_CONNECTIONS", "1e3", "a whole number"),
      ("BASIC_AUTH_USERNAME", "prometheus", "needs MAILOBS_BASIC_AUTH_PASSWORD_HASH_FILE"),
      ("BASIC_AUTH_PASSWORD_HASH_FILE", "/run/hash", "needs MAILOBS_BASIC_AUTH_USERNAME"),
    ])
  func wrong(name: String, value: String, problem: String) {
    #expect {
      try MetricsConfig(environment: ["MAILOBS_" + name: value])
    } throws: { error in
      guard let error = error as? MetricsConfigError else { return false }
      return error.setting == "MAILOBS_" + name && error.value == value && error.message.contains(problem)
    }
  }

  @Test(
    "that have a secret are errors without it",
    arguments: [
      ["BASIC_AUTH_PASSWORD_HASH": "hush"], ["BASIC_AUTH_PASSWORD_HASH": "hush", "BASIC_AUTH_USERNAME": "u"],
      [
        "BASIC_AUTH_PASSWORD_HASH": "hush", "BASIC_AUTH_USERNAME": "u", "BASIC_AUTH_PASSWORD_HASH_FILE": "/f",
      ],
      ["BEARER_TOKENS": "hush hush"], ["BEARER_TOKENS": "hush,ä"], ["BEARER_TOKENSS": "hush"],
    ])
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
    "that are not known are errors with the nearest that is",
    arguments: [
      ("MAILOBS_BIND_ADRESS", "MAILOBS_BIND_ADDRESS"), ("MAILOBS_ENABLE", "MAILOBS_ENABLED"),
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
      ("MAILOBS_" + String(repeating: "é", count: 100_000), "x"),
      ("MAILOBS_ENABLED", String(repeating: "\n", count: 100_000)),
      ("MAILOBS_ENABLED", String(repeating: "x", count: 100_000)),
    ] {
      do {
        _ = try MetricsConfig(environment: [name: value])
        #expect(value.first == "\n")
      } catch {
        #expect(error.message.utf8.count <= 4096)
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

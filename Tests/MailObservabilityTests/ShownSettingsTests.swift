// Is every setting shown, with where it came from?

@testable import MailObservability
@testable import ObservabilityEndpoints
import Testing

@Suite("The configuration that is shown")
struct ShownSettingsTests {
  private func row(_ name: String, _ rows: [ShownRow]) -> ShownRow? { rows.first { $0.name == name } }

  @Test("has every setting of the server")
  func whole() {
    let names = Set(MetricsConfig.entries.map(\.name))
    #expect(names.count == MetricsConfig.entries.count)
    // What is for code alone, or shown on a page of its own.
    let others: Set = [
      "log", "commandLine", "secretOptions", "hostSettings", "asRead", "compressionLibrary", "poolPatience",
      "limits", "deadlines",
    ]
    for child in Mirror(reflecting: MetricsConfig()).children {
      if let label = child.label, !others.contains(label) { #expect(names.contains(label), "\(label)") }
    }
    let config = MetricsConfig()
    for (prefix, value) in [("limits.", config.limits as Any), ("deadlines.", config.deadlines as Any)] {
      for child in Mirror(reflecting: value).children {
        if let label = child.label { #expect(names.contains(prefix + label), "\(prefix)\(label)") }
      }
    }
    for variable in MetricsConfig.Variable.all {
      let setting = MetricsConfig.names(of: [variable]).keys.first
      #expect(setting.map { names.contains($0) } == true, "\(variable.name)")
    }
  }

  @Test("has every setting of tracing")
  func wholeTracing() {
    let names = Set(TracingConfig.entries.map(\.name))
    // A value that a setting of another name is made of.
    let others: Set = ["log", "asRead", "names", "warnings", "givenEndpoint"]
    for child in Mirror(reflecting: TracingConfig(serviceName: "x")).children {
      if let label = child.label, !others.contains(label) { #expect(names.contains(label), "\(label)") }
    }
  }

  @Test("has room for every setting of the server, however much the host has")
  func large() {
    var config = MetricsConfig()
    let long = String(repeating: "x", count: 4000)
    config.hostSettings = (0..<1001).map { HostSetting("s\($0)", long, from: long) }
    let page = ConfigPage(config) { nil }.page
    let json = String(decoding: page.json, as: UTF8.self)
    for entry in MetricsConfig.entries { #expect(json.contains("\"\(entry.name)\""), "\(entry.name)") }
    #expect(page.leftOut == 0 && json.contains("more settings of the host are not shown"))
    #expect(HostSetting("http://u:planted@h", "", from: "").name == "http://***@h")
  }

  @Test("tells what is the default, of the environment, and of code")
  func origins() throws {
    var config = try MetricsConfig(environment: [
      "MAILOBS_PATH": "/m", "MAILOBS_MAXIMUM_CONNECTIONS": "17", "MAILOBS_SERVICE_NAME": "mx1",
      "MAILOBS_BASIC_AUTH_USERNAME": "prometheus", "MAILOBS_BASIC_AUTH_PASSWORD_HASH_FILE": "/run/hash",
      "MAILOBS_BEARER_TOKENS": "planted", "MAILOBS_HEALTH_CHECKS_OFF": "relay", "MAILOBS_DEADLINE_HEAD": "5s",
    ])
    config.serviceName = "mx2"
    config.hostNames = ["mx1.example"]
    let rows = try config.validated().shownRows
    let expected: [(String, String, String)] = [
      ("path", "/m", "environment: MAILOBS_PATH"), ("pathPrefix", "", "default"),
      ("limits.maximumConnections", "17", "environment: MAILOBS_MAXIMUM_CONNECTIONS"),
      ("deadlines.head", "5 s", "environment: MAILOBS_DEADLINE_HEAD"),
      ("serviceName", "mx2", "code, in place of MAILOBS_SERVICE_NAME"), ("hostNames", "mx1.example", "code"),
      ("bearerTokens", "***", "environment: MAILOBS_BEARER_TOKENS"),
      (
        "basicAuth", "prometheus:/run/hash",
        "environment: MAILOBS_BASIC_AUTH_USERNAME, MAILOBS_BASIC_AUTH_PASSWORD_HASH_FILE"
      ),
      ("healthChecks", "relay (off)", "environment: MAILOBS_HEALTH_CHECKS_OFF"),
      ("enabled", "yes", "default"),
    ]
    for (name, value, origin) in expected {
      let shown = row(name, rows)
      #expect(shown?.value == value && shown?.origin == origin, "\(String(describing: shown))")
    }
    let plain = try MetricsConfig().validated().shownRows
    #expect(plain.allSatisfy { $0.origin == "default" }, "\(plain.filter { $0.origin != "default" })")
  }

  @Test("tells so of tracing")
  func tracing() throws {
    var config = try TracingConfig(
      environment: [
        "OTEL_SERVICE_NAME": "mx1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/planted0123456789abcdef?k=planted",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=planted",
        "OTEL_RESOURCE_ATTRIBUTES": "api.token=planted,zone=a",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
      ])
    config.queueSize = 4096
    config.addresses = .hashed(key: "plantedplantedplanted")
    config.tls.privateKey = .text("planted")
    let rows = config.shownRows
    #expect(!rows.contains { $0.value.contains("planted") || $0.origin.contains("planted") }, "\(rows)")
    let expected: [(String, String, String)] = [
      ("serviceName", "mx1", "environment: OTEL_SERVICE_NAME"),
      ("endpoint", "http://collector:4318/***?***", "environment: OTEL_EXPORTER_OTLP_ENDPOINT"),
      ("headers", "authorization", "environment: OTEL_EXPORTER_OTLP_HEADERS"),
      ("batchDelay", "100 ms", "environment: OTEL_BSP_SCHEDULE_DELAY"), ("queueSize", "4096", "code"),
      ("resourceAttributes", "api.token=***, zone=a", "environment: OTEL_RESOURCE_ATTRIBUTES"),
      (
        "sampling", "of traces that begin here a share of 0.25",
        "environment: OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG"
      ),
      ("batchSize", "512", "default"),
    ]
    for (name, value, origin) in expected {
      let shown = row(name, rows)
      #expect(shown?.value == value && shown?.origin == origin, "\(String(describing: shown))")
    }
  }

  @Test("has what the host says of its own, without secrets")
  func host() {
    var config = MetricsConfig()
    config.hostSettings = [
      HostSetting("queue.lifetime", "5 d", from: "/etc/mail.conf"),
      HostSetting("relay", "planted", from: "environment: RELAY", isSecret: true),
      HostSetting("relay.password", "planted", from: "default"),
      HostSetting("database", "postgres://u:planted@db/mail", from: "http://u:planted@consul/"),
    ]
    let page = ConfigPage(config, tracing: { nil }).page
    let text = "\(page)"
    #expect(
      !text.contains("planted") && text.contains("queue.lifetime") && text.contains("postgres://***@db/mail"))
    #expect(!"\(config.hostSettings)".contains("planted"))
  }
}

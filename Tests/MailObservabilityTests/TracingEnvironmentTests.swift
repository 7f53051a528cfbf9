// Is each variable of OpenTelemetry read as its specification has it?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("OTEL variables")
struct TracingEnvironmentTests {
  /// What a value comes to.
  enum Outcome: Sendable {
    case reads
    /// What the variable would do is left out, and said.
    case warns
    /// An error that names the variable.
    case throwsError
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let variable: String
    let value: String
    let outcome: Outcome
    let check: @Sendable (TracingConfig) -> Bool

    init(
      _ variable: String, _ value: String, _ outcome: Outcome,
      _ check: @escaping @Sendable (TracingConfig) -> Bool = { _ in true }
    ) {
      (self.variable, self.value, self.outcome, self.check) = (variable, value, outcome, check)
    }

    var testDescription: String { "\(variable)=\(value.prefix(64)), of \(value.utf8.count) bytes" }
  }

  private static let otlp = "OTEL_EXPORTER_OTLP_"

  /// A list of so many pairs.
  private static func pairs(_ count: Int, value: String = "v") -> String {
    (0..<count).map { "k\($0)=\(value)" }.joined(separator: ",")
  }

  static let cases: [Case] = [
    Case("OTEL_SDK_DISABLED", "true", .reads) { !$0.enabled },
    Case("OTEL_SDK_DISABLED", "TRUE", .reads) { !$0.enabled },
    Case("OTEL_SDK_DISABLED", "false", .reads) { $0.enabled },
    Case("OTEL_SDK_DISABLED", "1", .warns) { $0.enabled },
    Case("OTEL_SERVICE_NAME", "mx1", .reads) { $0.serviceName == "mx1" },
    Case("OTEL_RESOURCE_ATTRIBUTES", "service.name=mx%202,a=b%2Cc%3D, d = e ,", .reads) {
      $0.serviceName == "mx 2" && $0.resourceAttributes == ["a": "b,c=", "d": "e"]
    },
    Case("OTEL_RESOURCE_ATTRIBUTES", "a=%C3%A4", .reads) { $0.resourceAttributes == ["a": "ä"] },
    Case("OTEL_RESOURCE_ATTRIBUTES", "a=", .reads) { $0.resourceAttributes == ["a": ""] },
    Case("OTEL_RESOURCE_ATTRIBUTES", "x=y,a", .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", "x=y,=b", .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", "x=y,a=%4", .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", "x=y,a=%+1", .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", "x=y,a=%FF", .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", "service.name=,x=y", .reads) {
      $0.serviceName.hasPrefix("unknown_service:") && $0.resourceAttributes == ["x": "y"]
    },
    Case("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,x", .warns) {
      $0.serviceName.hasPrefix("unknown_service:")
    },
    Case("OTEL_RESOURCE_ATTRIBUTES", pairs(1024), .reads) { $0.resourceAttributes.count == 1024 },
    Case("OTEL_RESOURCE_ATTRIBUTES", "service.name=a," + pairs(1024), .warns) {
      $0.resourceAttributes.isEmpty && $0.serviceName.hasPrefix("unknown_service:")
    },
    Case("OTEL_RESOURCE_ATTRIBUTES", pairs(20_000), .warns) { $0.resourceAttributes.isEmpty },
    Case("OTEL_RESOURCE_ATTRIBUTES", pairs(7, value: String(repeating: "x", count: 10_000)), .warns) {
      $0.resourceAttributes.isEmpty
    },
    Case("OTEL_TRACES_SAMPLER", "Always_OFF", .reads) { $0.sampling == .alwaysOff },
    Case("OTEL_TRACES_EXPORTER", "None", .reads) { $0.exporter == .none },
    Case("OTEL_PROPAGATORS", "TraceContext", .reads),
    Case(otlp + "PROTOCOL", "HTTP/Protobuf", .reads) { $0.protocol == .http },
    Case(otlp + "PROTOCOL", "GRPC", .throwsError),
    Case(otlp + "COMPRESSION", "GZip", .reads) { $0.compression == .gzip },
    Case("OTEL_TRACES_SAMPLER", "always_on", .reads) { $0.sampling == .alwaysOn },
    Case("OTEL_TRACES_SAMPLER", "always_off", .reads) { $0.sampling == .alwaysOff },
    Case("OTEL_TRACES_SAMPLER", "traceidratio", .reads) { $0.sampling == .ratio(1) },
    Case("OTEL_TRACES_SAMPLER", "parentbased_always_on", .reads) { $0.sampling == .parentBased(.alwaysOn) },
    Case("OTEL_TRACES_SAMPLER", "parentbased_always_off", .reads) { $0.sampling == .parentBased(.alwaysOff) },
    Case("OTEL_TRACES_SAMPLER", "parentbased_traceidratio", .reads) {
      $0.sampling == .parentBased(.ratio(1))
    },
    Case("OTEL_TRACES_SAMPLER", "jaeger_remote", .warns) { $0.sampling == .parentBased(.alwaysOn) },
    Case("OTEL_TRACES_SAMPLER", "xray", .warns) { $0.sampling == .parentBased(.alwaysOn) },
    Case("OTEL_TRACES_SAMPLER", "nonsense", .warns) { $0.sampling == .parentBased(.alwaysOn) },
    Case("OTEL_TRACES_EXPORTER", "otlp", .reads) { $0.exporter == .otlp },
    Case("OTEL_TRACES_EXPORTER", "none", .reads) { $0.exporter == .none },
    Case("OTEL_TRACES_EXPORTER", "console,otlp", .warns) { $0.exporter == .otlp },
    Case("OTEL_TRACES_EXPORTER", "nonsense", .warns) { $0.exporter == .otlp },
    Case("OTEL_PROPAGATORS", "tracecontext", .reads),
    Case("OTEL_PROPAGATORS", "tracecontext,baggage", .warns) { $0.propagation == .traceContext },
    Case("OTEL_PROPAGATORS", "b3", .warns) { $0.propagation == .traceContext },
    Case("OTEL_PROPAGATORS", "nonsense", .warns) { $0.propagation == .traceContext },
    Case("OTEL_PROPAGATORS", "none", .reads) { $0.propagation == .none },
    Case("OTEL_PROPAGATORS", "NONE, none", .reads) { $0.propagation == .none },
    Case("OTEL_PROPAGATORS", "none,tracecontext", .warns) { $0.propagation == .traceContext },
    Case("OTEL_BSP_SCHEDULE_DELAY", "250", .reads) { $0.batchDelay == .milliseconds(250) },
    Case("OTEL_BSP_SCHEDULE_DELAY", "0", .reads) { $0.batchDelay == .zero },
    Case("OTEL_BSP_SCHEDULE_DELAY", "-1", .warns) { $0.batchDelay == .seconds(5) },
    Case("OTEL_BSP_SCHEDULE_DELAY", "5s", .warns) { $0.batchDelay == .seconds(5) },
    Case("OTEL_BSP_SCHEDULE_DELAY", "3600001", .warns) { $0.batchDelay == .seconds(3600) },
    Case("OTEL_BSP_EXPORT_TIMEOUT", "3600001", .warns) { $0.exportTimeout == .seconds(10) },
    Case("OTEL_BSP_EXPORT_TIMEOUT", "500", .reads) { $0.exportTimeout == .milliseconds(500) },
    Case("OTEL_BSP_EXPORT_TIMEOUT", "30000", .reads) { $0.exportTimeout == .seconds(10) },
    Case("OTEL_BSP_EXPORT_TIMEOUT", "0", .reads) { $0.exportTimeout == .seconds(10) },
    Case("OTEL_BSP_EXPORT_TIMEOUT", "-1", .warns) { $0.exportTimeout == .seconds(10) },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "4096", .reads) { $0.queueSize == 4096 && $0.batchSize == 512 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "100", .reads) { $0.queueSize == 100 && $0.batchSize == 100 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "0", .warns) { $0.queueSize == 2048 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "-1", .warns) { $0.queueSize == 2048 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "65536", .reads) { $0.queueSize == 65_536 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "65537", .warns) { $0.queueSize == 65_536 && $0.batchSize == 512 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "99999999999999999999", .warns) { $0.queueSize == 65_536 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "-99999999999999999999", .warns) { $0.queueSize == 2048 },
    Case("OTEL_BSP_MAX_QUEUE_SIZE", "1e5", .warns) { $0.queueSize == 2048 },
    Case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64", .reads) { $0.batchSize == 64 },
    Case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096", .warns) { $0.batchSize == 2048 },
    Case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "99999999999999999999", .warns) { $0.batchSize == 2048 },
    Case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0", .warns) { $0.batchSize == 512 },
    Case("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "many", .warns) { $0.batchSize == 512 },
    Case("OTEL_ATTRIBUTE_COUNT_LIMIT", "7", .reads) {
      $0.limits == SpanLimits(attributes: 7, eventAttributes: 7, linkAttributes: 7)
    },
    Case("OTEL_ATTRIBUTE_COUNT_LIMIT", "1025", .warns) {
      $0.limits == SpanLimits(attributes: 1024, eventAttributes: 1024, linkAttributes: 1024)
    },
    Case("OTEL_ATTRIBUTE_COUNT_LIMIT", "-1", .warns) { $0.limits == SpanLimits() },
    Case("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "8", .reads) { $0.limits == SpanLimits(attributes: 8) },
    Case("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "99999999999999999999", .warns) {
      $0.limits == SpanLimits(attributes: 1024)
    },
    Case("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "5", .reads) { $0.limits == SpanLimits(eventAttributes: 5) },
    Case("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "0", .reads) { $0.limits.eventAttributes == 0 },
    Case("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "-5", .warns) { $0.limits == SpanLimits() },
    Case("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "2000", .warns) { $0.limits.eventAttributes == 1024 },
    Case("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "6", .reads) { $0.limits == SpanLimits(linkAttributes: 6) },
    Case("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "few", .warns) { $0.limits == SpanLimits() },
    Case("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "2000", .warns) { $0.limits.linkAttributes == 1024 },
    Case("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "65537", .warns) { $0.limits.valueLength == 65_536 },
    Case("OTEL_SPAN_EVENT_COUNT_LIMIT", "1025", .warns) { $0.limits.events == 1024 },
    Case("OTEL_SPAN_LINK_COUNT_LIMIT", "1025", .warns) { $0.limits.links == 1024 },
    Case("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9", .reads) { $0.limits.valueLength == 9 },
    Case("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "10", .reads) { $0.limits.valueLength == 10 },
    Case("OTEL_SPAN_EVENT_COUNT_LIMIT", "0", .reads) { $0.limits.events == 0 },
    Case("OTEL_SPAN_LINK_COUNT_LIMIT", "12", .reads) { $0.limits.links == 12 },
    Case("OTEL_SPAN_LINK_COUNT_LIMIT", "-12", .warns) { $0.limits.links == 128 },
    Case(otlp + "ENDPOINT", "http://c:1", .reads) { $0.endpoint == "http://c:1" && $0.tracesEndpoint == nil },
    Case(otlp + "TRACES_ENDPOINT", "http://c:1", .reads) { $0.tracesEndpoint == "http://c:1" },
    Case(otlp + "ENDPOINT", "c:1", .throwsError),
    Case(otlp + "ENDPOINT", "https://c:1", .throwsError),
    Case(otlp + "TRACES_ENDPOINT", "https://c:1", .throwsError),
    Case(otlp + "PROTOCOL", "http/protobuf", .reads) { $0.protocol == .http },
    Case(otlp + "PROTOCOL", "grpc", .throwsError),
    Case(otlp + "TRACES_PROTOCOL", "grpc", .throwsError),
    Case(otlp + "PROTOCOL", "http/json", .warns) { $0.protocol == .http },
    Case(otlp + "PROTOCOL", "nonsense", .warns) { $0.protocol == .http },
    Case(otlp + "HEADERS", "a=1,Authorization=Bearer%20x%3D%3D", .reads) {
      $0.headers["A"] == "1" && $0.headers["authorization"] == "Bearer x=="
    },
    Case(otlp + "TRACES_HEADERS", "a=b;c", .reads) { $0.headers["a"] == "b;c" },
    Case(otlp + "HEADERS", pairs(128), .reads) { $0.headers.fields.count == 128 },
    Case(otlp + "HEADERS", pairs(129, value: "geheim"), .throwsError),
    Case(otlp + "TRACES_HEADERS", pairs(20_000, value: "geheim"), .throwsError),
    Case(otlp + "HEADERS", "geheim", .throwsError),
    Case(otlp + "HEADERS", "a=geheim%0D%0Ab", .throwsError),
    Case(otlp + "HEADERS", "a=geheim%", .throwsError),
    Case(otlp + "HEADERS", "Authorization: Basic geheim==", .throwsError),
    Case(otlp + "HEADERS", "a=1,Bearer geheim=", .throwsError),
    Case(otlp + "HEADERS", "ä=geheim", .throwsError),
    Case(otlp + "TIMEOUT", "2500", .reads) { $0.exportTimeout == .milliseconds(2500) },
    Case(otlp + "TRACES_TIMEOUT", "1", .reads) { $0.exportTimeout == .milliseconds(1) },
    Case(otlp + "TIMEOUT", "0", .reads) { $0.exportTimeout == .seconds(3600) },
    Case(otlp + "TIMEOUT", "3600001", .warns) { $0.exportTimeout == .seconds(3600) },
    Case(otlp + "TIMEOUT", "-1", .warns) { $0.exportTimeout == .seconds(10) },
    Case(otlp + "TIMEOUT", "ten", .warns) { $0.exportTimeout == .seconds(10) },
    Case(otlp + "COMPRESSION", "gzip", .reads) { $0.compression == .gzip },
    Case(otlp + "TRACES_COMPRESSION", "none", .reads) { $0.compression == .none },
    Case(otlp + "COMPRESSION", "zstd", .warns) { $0.compression == .none },
  ]

  @Test("are read, left out with a warning, or refused by name", arguments: cases)
  func variables(test: Case) throws {
    switch test.outcome {
    case .reads, .warns:
      let config = try TracingConfig(environment: [test.variable: test.value])
      #expect(test.check(config))
      guard case .warns = test.outcome else { return #expect(config.warnings.isEmpty) }
      #expect(config.warnings.count == 1 && config.warnings[0].hasPrefix(test.variable))
      try config.validate()
    case .throwsError:
      do {
        _ = try TracingConfig(environment: [test.variable: test.value])
        Issue.record("it is taken")
      } catch {
        #expect(error.code == .invalidSetting && error.setting == test.variable)
        #expect(!"\(error) \(error.value) \(String(reflecting: error))".contains("geheim"))
      }
    }
  }

  @Test("are none when they are empty", arguments: Set(cases.map(\.variable)).sorted())
  func empty(variable: String) throws {
    for value in ["", " ", "\t"] {
      let config = try TracingConfig(environment: [variable: value], serviceName: "mx1")
      #expect(config.warnings.isEmpty && config.serviceName == "mx1" && config.enabled)
      #expect(
        config.exporter == .otlp && config.endpoint == "http://localhost:4318" && config.tracesEndpoint == nil
      )
      #expect(config.batchSize == 512 && config.queueSize == 2048 && config.batchDelay == .seconds(5))
      #expect(
        config.exportTimeout == .seconds(10) && config.compression == .none && config.headers.fields.isEmpty)
      #expect(config.sampling == .parentBased(.alwaysOn) && config.limits == SpanLimits())
    }
  }

  @Test("go before one another as they should")
  func precedence() throws {
    let config = try TracingConfig(environment: [
      "OTEL_SERVICE_NAME": "b", "OTEL_RESOURCE_ATTRIBUTES": "service.name=a,x=y",
      "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
      "OTEL_ATTRIBUTE_COUNT_LIMIT": "1", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2",
      "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "-3",
      Self.otlp + "ENDPOINT": "http://a", Self.otlp + "TRACES_ENDPOINT": "http://b",
      Self.otlp + "HEADERS": "a=1", Self.otlp + "TRACES_HEADERS": "b=2",
      Self.otlp + "TIMEOUT": "1", Self.otlp + "TRACES_TIMEOUT": "2", "OTEL_BSP_EXPORT_TIMEOUT": "3",
    ])
    #expect(config.serviceName == "b" && config.resourceAttributes == ["x": "y"])
    #expect(config.sampling == .parentBased(.ratio(0.25)) && config.limits.attributes == 2)
    #expect(config.limits.eventAttributes == 1 && config.limits.linkAttributes == 1)
    #expect(try config.exportEndpoint()?.host == "b")
    #expect(config.headers.fields.map(\.name) == ["b"] && config.exportTimeout == .milliseconds(2))
  }

  @Test("ask for a share of traces that is one", arguments: ["-0.1", "1.1", "nan", "inf", "half", "0,5"])
  func ratios(text: String) throws {
    let config = try TracingConfig(environment: [
      "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": text,
    ])
    #expect(config.sampling == .ratio(1) && config.warnings.count == 1)
    // Of a sampler that needs none it is not read.
    let other = try TracingConfig(environment: [
      "OTEL_TRACES_SAMPLER": "always_on", "OTEL_TRACES_SAMPLER_ARG": text,
    ])
    #expect(other.warnings.isEmpty)
  }

  @Test("ask for nothing of the export where there is none")
  func disabled() throws {
    for switchedOff in ["OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "none"].map({
      ($0.key, $0.value)
    }) {
      let config = try TracingConfig(environment: [
        switchedOff.0: switchedOff.1, Self.otlp + "PROTOCOL": "http/protobuf",
      ])
      #expect(config.warnings.isEmpty)
    }
    // What is switched off cannot keep a server from starting.
    let off = try TracingConfig(
      environment: [
        "OTEL_SDK_DISABLED": "true", Self.otlp + "ENDPOINT": "https://c", Self.otlp + "PROTOCOL": "grpc",
        Self.otlp + "HEADERS": "geheim", "OTEL_RESOURCE_ATTRIBUTES": "a", "OTEL_TRACES_SAMPLER": "b",
      ], serviceName: "")
    #expect(!off.enabled && off.warnings.isEmpty)
    let metrics = try MetricsCollector()
    try metrics.startTracing(TracingConfig(environment: ["OTEL_SDK_DISABLED": "true"]))
    #expect(metrics.tracing.startSpan(.smtp(.data)).context == nil)
    try metrics.startTracing(TracingConfig(environment: ["OTEL_TRACES_EXPORTER": "none"]))
    #expect(metrics.tracing.startSpan(.smtp(.data)).context != nil)
  }

  @Test("name the program where nobody says what the server is called")
  func unknownService() throws {
    let program = try #require(CommandLine.arguments.first?.split(separator: "/").last)
    #expect(try TracingConfig(environment: [:]).serviceName == "unknown_service:\(program)")
    #expect(try TracingConfig(environment: ["OTEL_SERVICE_NAME": "a"]).serviceName == "a")
    #expect(try TracingConfig(environment: [:], serviceName: "b").serviceName == "b")
  }

  @Test(
    "that are not UTF-8 are left out by name, or refused where spans would go astray without them",
    arguments: Set(cases.map(\.variable)).union(["OTEL_TRACES_SAMPLER_ARG"]).sorted())
  func notUTF8(variable: String) throws {
    for bytes in [Array("geheim".utf8) + [0xFF], [0xC0, 0x80] + Array("geheim".utf8), [0xED, 0xA0, 0x80]] {
      let variables = EnvironmentVariables { name in
        name == variable ? bytes : name == "OTEL_TRACES_SAMPLER" ? Array("traceidratio".utf8) : nil
      }
      if variable.hasSuffix("HEADERS") || variable.hasSuffix("ENDPOINT") {
        let error = #expect(throws: MetricsConfigError.self) { _ = try TracingConfig(variables) }
        #expect(error?.setting == variable && error.map { "\($0) \($0.value)" }?.contains("geheim") == false)
      } else {
        let config = try TracingConfig(variables)
        #expect(config.warnings == ["\(variable): is not UTF-8, and left out"])
        #expect(config.limits == SpanLimits() && config.serviceName.hasPrefix("unknown_service:"))
        #expect(config.resourceAttributes.isEmpty && config.queueSize == 2048 && config.exporter == .otlp)
      }
    }
    // One that is not looked at does no harm.
    let traces = EnvironmentVariables { name in
      switch name {
      case Self.otlp + "HEADERS": [0xFF]
      case Self.otlp + "TRACES_HEADERS": Array("a=1".utf8)
      default: nil
      }
    }
    #expect(try TracingConfig(traces).headers["a"] == "1")
  }

  @Test("are those of the process where none are given")
  func process() {
    // Not set here: other threads may just be reading the environment.
    func path(_ environment: [String: String]?) -> String? {
      var variables = EnvironmentVariables(environment)
      return variables.value("PATH")
    }
    #expect(path(nil) == getenv("PATH").map { String(cString: $0) })
    #expect(path(["PATH": "x"]) == "x" && path([:]) == nil)
  }

  @Test("are spoken of in the log when tracing starts, once each")
  func warnings() async throws {
    let heard = Locked<[String]>([])
    let metrics = try MetricsCollector()
    var config = try TracingConfig(environment: [
      "OTEL_PROPAGATORS": "b3", "OTEL_TRACES_SAMPLER": "jaeger_remote", "OTEL_TRACES_EXPORTER": "none",
    ])
    config.log = { message in heard.withLock { $0.append(message.text) } }
    try metrics.startTracing(config)
    #expect(await eventually { heard.withLock { $0.count } == 2 })
    let prefixes = Set(heard.withLock { $0 }.map { $0.prefix { $0 != " " && $0 != ":" } })
    #expect(prefixes == ["OTEL_PROPAGATORS", "OTEL_TRACES_SAMPLER"])
  }
}

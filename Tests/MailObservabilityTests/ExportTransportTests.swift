// Is a transport used where it is asked for, and told what the settings say?

import ObservabilityHTTP
import ObservabilityPlatform
import OTLPExport
import TestSupport
import Testing

@testable import MailObservability

@Suite("A transport for spans")
struct ExportTransportTests {
  /// Takes everything.
  private final class Exporter: SpanExporter {
    let spans = FlagCount()
    let isClosed = Flag()

    func body(of message: [UInt8]) -> ExportBody { ExportBody(message) }
    func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> ExportAnswer {
      for _ in 0..<spans { self.spans.add() }
      return .accepted(rejected: 0, message: "")
    }
    func close(then done: @escaping @Sendable () -> Void) {
      isClosed.set()
      done()
    }
  }

  /// What transports were made for.
  private final class Made: Sendable {
    let targets = Locked<[(String, ExportTarget)]>([])
    let exporter = Exporter()

    func transport(_ kind: ExportTransport.Kind, fault: TransportFault? = nil) -> ExportTransport {
      ExportTransport(kind) { (target, _) throws(TransportFault) in
        if let fault { throw fault }
        self.targets.withLock { $0.append((kind.rawValue, target)) }
        return self.exporter
      }
    }
  }

  @Test("of gRPC is used for that protocol, with its port, and of TLS for https", arguments: [false, true])
  func choice(isByEnvironment: Bool) async throws {
    let otlp = "OTEL_EXPORTER_OTLP_"
    let cases: [(String?, String?, kind: String?, shown: String?)] = [
      ("grpc", nil, "grpc", "http://localhost:4317"), ("grpc", "https://c:4317", "grpc", "https://c:4317"),
      ("grpc", "http://c:1/", "grpc", "http://c:1"), ("grpc", "unix:/run/c", "grpc", "unix:/run/c"),
      (nil, "https://c:4318", "https", "https://c:4318/v1/traces"), (nil, "http://127.0.0.1:1", nil, nil),
    ]
    for (protocolName, endpoint, kind, shown) in cases {
      let made = Made()
      let transports = [made.transport(.grpc), made.transport(.https)]
      var config = TracingConfig(serviceName: "mx1")
      if isByEnvironment {
        var environment: [String: String] = [:]
        environment[otlp + "PROTOCOL"] = protocolName
        environment[otlp + "ENDPOINT"] = endpoint
        config = try TracingConfig(environment: environment, transports: transports)
      } else {
        if protocolName != nil { config.protocol = .grpc }
        if let endpoint { config.endpoint = endpoint }
        config.transports = transports
      }
      let metrics = try MetricsCollector()
      try metrics.startTracing(config)
      let targets = made.targets.withLock { $0 }
      #expect(targets.count == (kind == nil ? 0 : 1) && targets.first?.0 == kind)
      #expect(targets.first?.1.endpoint.shown == shown)
      if kind != nil {
        for _ in 0..<3 { metrics.tracing.startSpan(.smtp(.data)).end() }
        #expect(await metrics.tracing.flush(within: patience))
        #expect(made.exporter.spans.value == 3)
      }
      await metrics.tracing.shutdown(within: .zero)
      #expect(made.exporter.isClosed.isSet == (kind != nil))
    }
  }

  @Test("is told of headers, compression, time and certificates")
  func target() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("root.pem", "root")
    let made = Made()
    var config = try TracingConfig(
      environment: [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://c:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=1",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_TIMEOUT": "7000",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nonexistent",
        "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE":
          directory.path + "/root.pem",
      ], transports: [made.transport(.https)])
    config.tls.certificates = .text("certificate")
    config.tls.privateKey = .bytes(Array("key".utf8))
    config.tls.serverName = "collector"
    let metrics = try MetricsCollector()
    try metrics.startTracing(config)
    let target = try #require(made.targets.withLock { $0.first?.1 })
    #expect(target.headers.map(\.0) == ["a"] && target.isCompressed && target.timeout == .seconds(7))
    #expect(
      target.tls.trustRoots == Array("root".utf8) && target.tls.certificates == Array("certificate".utf8))
    #expect(target.tls.privateKey == Array("key".utf8) && target.tls.serverName == "collector")
    for text in ["\(config)", "\(config.tls)", String(reflecting: config.tls), "\(target)"] {
      #expect(!text.contains("certificate\"") && !text.contains("\"key\""))
    }
    await metrics.tracing.shutdown(within: .zero)
  }

  @Test("that cannot be made is an error of the setting, by its variable, and leaves nothing")
  func faults() throws {
    let otlp = "OTEL_EXPORTER_OTLP_"
    let cases: [(String, String, TransportFault?)] = [
      ("CERTIFICATE", "/nonexistent/root.pem", nil), ("TRACES_CLIENT_KEY", "/", nil),
      ("CLIENT_CERTIFICATE", "/dev/null", nil), ("CLIENT_CERTIFICATE", "geheim", nil),
      ("HEADERS", "a=geheim", TransportFault(.headers, "cannot be sent")),
      ("ENDPOINT", "https://c:1", TransportFault(.endpoint, "cannot be used")),
    ]
    for (suffix, value, fault) in cases {
      var environment = [otlp + "ENDPOINT": "https://c:4318"]
      environment[otlp + suffix] = value
      let config = try TracingConfig(
        environment: environment, transports: [Made().transport(.https, fault: fault)])
      let metrics = try MetricsCollector()
      let error = #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
      #expect(error?.setting == otlp + suffix, "\(String(describing: error))")
      #expect(error.map { "\($0)" }?.contains("geheim") == false)
      // It can be started with other settings.
      var other = TracingConfig(serviceName: "mx1")
      other.exporter = .none
      try metrics.startTracing(other)
    }
  }

  @Test("is not asked for certificates that nothing uses")
  func unused() throws {
    var config = try TracingConfig(environment: ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/nonexistent"])
    config.endpoint = "http://127.0.0.1:1"
    let metrics = try MetricsCollector()
    try metrics.startTracing(config)
    metrics.stopTracing()
  }

  @Test("is asked for where it is missing, and a path is refused that gRPC has no use for")
  func missing() throws {
    let made = Made()
    func fault(_ change: (inout TracingConfig) -> Void) -> MetricsConfigError? {
      var config = TracingConfig(serviceName: "mx1")
      change(&config)
      do throws(MetricsConfigError) {
        try config.validate()
        return nil
      } catch {
        return error
      }
    }
    #expect(
      fault {
        $0.protocol = .grpc; $0.transports = [made.transport(.https)]
      }?.setting == "protocol")
    #expect(
      fault {
        $0.endpoint = "https://c"; $0.transports = [made.transport(.grpc)]
      }?.setting == "endpoint")
    for endpoint in ["http://c:4317/v1/traces", "https://c:4317/?key=geheim"] {
      let error = fault {
        $0.protocol = .grpc
        $0.transports = [made.transport(.grpc)]
        $0.endpoint = endpoint
      }
      #expect(error?.setting == "endpoint" && error?.message.contains("geheim") == false)
    }
    #expect(TracingConfig(serviceName: "mx1").endpoint == "http://localhost:4318")
  }
}

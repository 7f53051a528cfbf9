// Does a server tell what its process uses, unless it is told not to or the host does that itself?

import MailObservability
import MetricParsing
import ObservabilityPlatform
import ProcessMetrics
import TestSupport
import Testing

@Suite("The metrics of the process")
struct ProcessMetricsTests {
  private static let success = "collector_success{collector=\"process_metrics\"}"

  /// The lines of a scrape of the endpoints that are not comments, and the whole text.
  private func scrape(
    _ metrics: MetricsCollector, _ config: MetricsConfig = .patient, query: String = ""
  ) async throws -> [String] {
    try await text(metrics, config, query: query).split(separator: "\n").map(String.init)
      .filter { !$0.hasPrefix("#") }
  }

  private func text(
    _ metrics: MetricsCollector, _ config: MetricsConfig, query: String = "", accept: String = "text/plain"
  ) async throws -> String {
    let endpoints = try metrics.endpoints(config)
    let request = try EndpointRequest(target: "/metrics" + query, headers: ["Accept": accept])
    let response = await endpoints.respond(to: request)
    #expect(response.status == 200)
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("are in a scrape without a namespace and with constant labels, and their collector is told of")
  func shown() async throws {
    let metrics = try MetricsCollector(namespace: "mx", constantLabels: ["site": "a"])
    let lines = try await scrape(metrics)
    for name in ["process_cpu_seconds_total", "process_open_fds", "process_max_fds", "process_threads"] {
      #expect(lines.contains { $0.hasPrefix("\(name){site=\"a\"} ") }, "\(name)")
    }
    #expect(lines.contains("mx_collector_success{collector=\"process_metrics\",site=\"a\"} 1"))
  }

  @Test("are in a scrape that asks for them by name, alone")
  func byName() async throws {
    let lines = try await scrape(try MetricsCollector(), query: "?name[]=process_open_fds")
    #expect(lines.count == 1 && lines[0].hasPrefix("process_open_fds "))
  }

  @Test("are in each collector's scrape of one process, and say the same start")
  func several() async throws {
    var starts: Set<String> = []
    for _ in 0..<2 {
      let lines = try await scrape(try MetricsCollector(), query: "?name[]=process_start_time_seconds")
      starts.formUnion(lines)
    }
    #expect(starts.count == 1)
  }

  @Test("are left out where they are switched off")
  func off() async throws {
    var config = MetricsConfig.patient
    config.includesProcessMetrics = false
    let lines = try await scrape(try MetricsCollector(), config)
    #expect(!lines.contains { $0.contains("process_") && !$0.hasPrefix("rusmes_mail") })
  }

  @Test("leave no finding to the linter", arguments: ExpositionParser.Format.allCases)
  func lint(format: ExpositionParser.Format) async throws {
    let accept = format == .openMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain"
    let text = try await text(try MetricsCollector(version: "1"), .patient, accept: accept)
    #expect(text.contains("\nprocess_cpu_seconds_total "))
    let findings = MetricLinter().findings(in: try ParsedExposition(text, format)).map(\.description)
    #expect(findings.filter { $0.contains("process_") } == [])
  }

  /// What a host exports under one of the names, in each of the ways that there are.
  enum Host: CaseIterable, Sendable {
    case instrument, closure, variable, collector, lateCollector

    func add(to metrics: MetricsCollector) throws {
      let registry = metrics.registry
      switch self {
      case .instrument: try registry.register(.gauge("process_open_fds", help: "The host's.")).set(-7)
      case .closure: try registry.gauge("process_open_fds", help: "The host's.") { -7 }
      case .variable: try metrics.variables.integer("process_open_fds", "The host's.").add(-7)
      case .collector: try registry.add(HostCollector(name: "a"))
      case .lateCollector: try registry.add(HostCollector(name: "zzz"))
      }
    }
  }

  struct HostCollector: Collector {
    let name: String
    func collect() async throws -> [CollectedFamily] {
      [CollectedFamily("process_open_fds", .gauge, help: "The host's.", value: -7)]
    }
  }

  @Test(
    "give way to the host's of one name, which the log and their collector tell", arguments: Host.allCases)
  func clash(host: Host) async throws {
    // With the namespace of the names, where an instrument can have one of them.
    let metrics = try MetricsCollector(namespace: "process")
    try host.add(to: metrics)
    let recorder = LogRecorder()
    var config = MetricsConfig.patient
    config.log = recorder.record
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let reply = try #require(await onThread { HTTPClient.get("/metrics", at: address) })
    await server.shutdown()
    let lines = reply.body.split(whereSeparator: \.isNewline).map(String.init)
    #expect(lines.filter { $0.hasPrefix("process_open_fds ") } == ["process_open_fds -7"])
    #expect(lines.contains("process_" + Self.success + " 0"))
    #expect(lines.contains { $0.hasPrefix("process_cpu_seconds_total ") }, "the others are shown")
    #expect(
      await eventually {
        recorder.messages.contains {
          $0.text.contains("process_metrics: ") && $0.text.contains("process_open_fds is taken")
        }
      })
    if host == .collector || host == .lateCollector {
      let name = host == .collector ? "a" : "zzz"
      #expect(lines.contains("process_collector_success{collector=\"\(name)\"} 1"))
    }
  }

  @Test("have labels that no constant label may be called")
  func constantLabels() {
    for label in ProcessCollector.labels {
      #expect(throws: RegistrationError.self) { _ = try MetricsCollector(constantLabels: [label: "x"]) }
    }
  }
}

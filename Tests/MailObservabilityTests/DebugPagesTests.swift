// Is a secret in no page, no JSON and no line of the log, and does the page of threads answer whatever there is?

import HealthProbes
@testable import MailObservability
@testable import ObservabilityEndpoints
import ObservabilityPlatform
import ProcessMetrics
import TestSupport
import Testing

@Suite("The debugging pages of a server", .timeLimit(.minutes(30)))
struct DebugPagesTests {
  static let planted = "planted"
  static let token = "planted-token"
  static let hash = "$2b$04$plantedplantedplantedplOOAOmJB.yMBuM872uvtNqimzkCcRocG."

  private static var config: MetricsConfig {
    get throws {
      var config = MetricsConfig.patient
      config.basicAuth = .init(
        username: "prometheus", passwordHash: "$2b$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a")
      config.bearerTokens = [.init(token)]
      config.commandLine = [
        "server", "--user", "alice:\(planted)", "--password", planted, "--otlp",
        "http://u:\(planted)@h/?k=\(planted)",
        "--hash", hash, "--header", "Authorization: \(planted)", "--magic", planted,
      ]
      config.secretOptions = ["--magic"]
      config.hostSettings = [
        HostSetting("relay", "smtp://u:\(planted)@relay", from: "environment: RELAY"),
        HostSetting("token", planted, from: "/etc/mail.conf"),
        HostSetting("x", planted, from: "code", isSecret: true),
      ]
      config.access["/debug/config"] = .trusted
      return config
    }
  }

  @Test("have no secret on them, wherever it was planted, and neither has the log")
  func secrets() async throws {
    let log = LogRecorder()
    let metrics = try MetricsCollector()
    var tracing = try TracingConfig(
      environment: [
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=\(Self.planted)",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9/?key=\(Self.planted)",
      ], serviceName: "mx1")
    tracing.log = log.record
    tracing.tls.privateKey = .text(Self.planted)
    tracing.addresses = .hashed(key: "\(Self.planted)\(Self.planted)\(Self.planted)")
    try metrics.startTracing(tracing)
    metrics.tracing.withSpan(.smtp(.data)) { _ in }
    var config = try Self.config
    config.log = log.record
    config.routes = [metrics.tracing.route()]
    try metrics.pages.add("queue") { $0.show("waiting", 1) }
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let pages = ["", "/build", "/flags", "/config", "/threads", "/traces", "/queue", "/vars", "/nothing"]
    for path in pages.map({ "/debug" + $0 }) + ["/", "/metrics", "/metrics.json", "/health?verbose"] {
      for query in ["", "format=json", "token=\(Self.planted)", "format=\(Self.planted)"] {
        let target = query.isEmpty ? path : path + (path.contains("?") ? "&" : "?") + query
        let headers = [
          "Authorization: Bearer \(Self.token)", "Cookie: \(Self.planted)",
          "X-\(Self.planted): \(Self.planted)",
        ]
        let reply = try #require(await onThread { HTTPClient.get(target, at: address, headers: headers) })
        #expect(reply.status == (path == "/debug/nothing" ? 404 : 200), "\(target)")
        #expect(!(reply.head + reply.body).contains(Self.planted), "\(target)")
      }
    }
    let shown = try #require(await onThread { HTTPClient.get("/debug/config", at: address) }).body
    for part in [
      "prometheus:***", "smtp://***@relay", "OTEL_EXPORTER_OTLP_HEADERS", "/debug/config = trusted",
    ] {
      #expect(shown.contains(part), "\(part)")
    }
    await metrics.tracing.shutdown(within: .zero)
    await server.shutdown()
    #expect(!log.messages.contains { $0.text.contains(Self.planted) })
  }

  @Test("are there without the library's server, too")
  func mounted() async throws {
    let metrics = try MetricsCollector()
    try metrics.pages.add("queue") { $0.show("waiting", 3) }
    let endpoints = try metrics.endpoints(.patient)
    for path in ["/debug", "/debug/build", "/debug/flags", "/debug/config", "/debug/threads", "/debug/queue"]
    {
      #expect(endpoints.paths().contains(path) || path == "/debug/queue")
      let request = try EndpointRequest(
        target: path, headers: ["Host": "localhost"], peer: .ip([127, 0, 0, 1], port: 1))
      #expect(await endpoints.respond(to: request).status == 200, "\(path)")
    }
  }

  private func page(delay: Duration = .zero) -> DebugPage {
    // On a busy machine it takes long to read the threads of all other tests.
    ThreadsPage(
      pool: PoolThreads(), poolDelay: { delay }, patience: .milliseconds(500), loop: { nil }, checks: { [] },
      pages: DebugPages(), time: .seconds(3600)
    ).page
  }

  @Test("tell whether the pool is stuck, and for how long")
  func threads() {
    #expect("\(page(delay: .milliseconds(499)))".contains("runs tasks"))
    let stuck = "\(page(delay: .seconds(12)))"
    #expect(stuck.contains("stuck: it has run no task for 12 s") && stuck.contains("threads of the pool"))
  }

  #if os(Linux)
    @Test(
      "show a thread whatever it is called",
      arguments: ["<script>", "\u{202E}evil", "a\nb", "\u{1}\u{7F}", "é"])
    func names(name: String) async throws {
      let (gate, number) = (Flag(), Locked(0))
      let isShown = Flag()
      try SystemThread.start(name: name) {
        number.withLock { $0 = SystemThread.currentNumber }
        while !isShown.isSet { usleep(1000) }
        gate.set()
      }.detach()
      defer { isShown.set() }
      #expect(await eventually { number.withLock { $0 } != 0 })
      let html = page().webPage(PageNavigation(from: "/debug/threads")).html
      #expect(html.contains("<span>\(number.withLock { $0 })</span>"))
      for mark in ["<script>", "\u{202E}", "\u{1}", "a\nb"] { #expect(!html.contains(mark)) }
      isShown.set()
      #expect(await eventually { gate.isSet })
    }
  #endif

  @Test("know the threads of the pool that have run a beat, and forget those that are gone")
  func poolThreads() {
    let pool = PoolThreads()
    pool.note()
    let own = SystemThread.currentNumber
    func thread(_ number: Int, _ name: String) -> ThreadReading {
      ThreadReading(number: number, name: name, state: "S", processorTime: nil, call: nil)
    }
    let all = [thread(own, "x"), thread(own + 1, "oot.default-qos"), thread(own + 2, "mail")]
    #expect(pool.among(all, areAll: true) == [own, own + 1])
    #expect(pool.among([thread(own + 2, "mail")], areAll: false) == [])
    #expect(pool.among(all, areAll: true) == [own, own + 1])
    #expect(pool.among([thread(own + 2, "mail")], areAll: true) == [])
    #expect(pool.among(all, areAll: true) == [own + 1])
  }
}

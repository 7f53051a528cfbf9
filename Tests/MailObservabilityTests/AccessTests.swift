// Who may read what of a server, and does nothing show its secrets?

import EndpointMessages
@testable import MailObservability
@testable import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A server with credentials", .timeLimit(.minutes(30)))
struct AccessTests {
  private static let canHash = Crypt.systemLibraries.contains { (try? Crypt(library: $0)) != nil }
  // Of "correct horse".
  private static let hash = "$2b$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
  private static let right = "Authorization: Basic cHJvbWV0aGV1czpjb3JyZWN0IGhvcnNl"
  private static let wrong = "Authorization: Basic cHJvbWV0aGV1czp3cm9uZw=="

  private func get(_ path: String, _ server: ObservabilityServer, _ headers: String...) async throws -> Reply
  {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address, headers: headers) })
  }

  @Test("asks for them at the exposition, and at no probe", .enabled(if: canHash))
  func basic() async throws {
    var config = MetricsConfig.patient
    config.basicAuth = .init(username: "prometheus", passwordHash: Self.hash)
    config.bearerTokens = [.init("old"), .init("new")]
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(config)
    let refused = try await get("/metrics", server)
    #expect(refused.status == 401)
    #expect(refused.head.contains("WWW-Authenticate: Basic realm=\"rusmes-metrics\", charset=\"UTF-8\"\r\n"))
    #expect(refused.head.contains("WWW-Authenticate: Bearer realm=\"rusmes-metrics\""))
    #expect(refused.head.contains("Cache-Control: no-store"))
    #expect(try await get("/metrics", server, Self.wrong).status == 401)
    for field in [Self.right, "authorization: bearer old", "AUTHORIZATION: Bearer new"] {
      let answer = try await get("/metrics", server, field)
      #expect(answer.status == 200, "\(field)")
      #expect(
        answer.body.contains("rusmes_observability_http_requests_total{route=\"metrics\",code=\"401\"} 2"))
      for secret in ["correct", "Y29ycmVjd", "M872uvt"] { #expect(!answer.body.contains(secret)) }
      #expect(!answer.body.contains("credentials_last_reload"), "there is no file")
    }
    for path in ["/live", "/ready", "/startup", "/health", "/"] {
      #expect(try await get(path, server, Self.wrong).status == 200)
    }
    #expect(try await get("/metrics.json", server).status == 200, "by address alone")
    await server.shutdown()
    // Mounted it is the same.
    let endpoints = try metrics.endpoints(config)
    let request = try EndpointRequest(target: "/metrics", peer: .unix)
    #expect(await endpoints.respond(to: request).status == 401)
    #expect(endpoints.respondAtOnce(to: request) == nil)
  }

  @Test("rereads files, and says in its log and its metrics when one cannot be used", .enabled(if: canHash))
  func files() async throws {
    var template = Array("/tmp/access-server-XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
    #expect(mkdtemp(&template) != nil)
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = folder + "/hash"
    defer {
      unlink(path)
      rmdir(folder)
    }
    func write(_ text: String) throws {
      let file = try #require(fopen(path + ".new", "w"))
      fputs(text, file)
      fclose(file)
      #expect(rename(path + ".new", path) == 0)
    }
    try write(Self.hash + "\n")
    let log = LogRecorder()
    var config = MetricsConfig.patient
    config.log = log.record
    config.basicAuth = .init(username: "prometheus", passwordHashFile: path)
    let server = try await MetricsCollector().startHTTPServer(config)
    let name = "rusmes_observability_credentials_last_reload_successful"
    #expect(try await get("/metrics", server, Self.right).body.contains("\(name) 1\n"))
    try write("geheim")
    #expect(
      await eventually {
        (try? await get("/metrics", server, Self.right).body.contains("\(name) 0\n")) == true
      })
    #expect(await eventually { !log.messages.isEmpty })
    let message = try #require(log.messages.first)
    #expect(message.level == .error && message.text.contains(path) && !message.text.contains("geheim"))
    try write(Self.hash)
    #expect(
      await eventually {
        (try? await get("/metrics", server, Self.right).body.contains("\(name) 1\n")) == true
      })
    await server.shutdown()
  }

  @Test(
    "answers by a Unix socket as to a trusted address, and asks for a password there too",
    .enabled(if: canHash))
  func unixSocket() async throws {
    let path = "/tmp/access-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    defer { unlink(path) }
    var config = MetricsConfig.patient
    config.bindAddress = "unix:\(path)"
    config.basicAuth = .init(username: "prometheus", passwordHash: Self.hash)
    config.access["/health"] = .trusted.andCredentials
    config.access["/debug/vars"] = .trusted.orCredentials
    let server = try await MetricsCollector().startHTTPServer(config)
    let address = try #require(server.boundAddress)
    func status(_ target: String, _ fields: String...) async throws -> Int? {
      let lines = ["GET \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + fields + ["", ""]
      return try await onThread {
        Result {
          let client = try TestClient(address)
          try client.sendNow(Array(lines.joined(separator: "\r\n").utf8))
          return try Int(client.readNow().dropFirst(9).prefix(3))
        }
      }.get()
    }
    for (target, expected) in [
      ("/metrics", 401), ("/metrics.json", 200), ("/health", 401), ("/debug/vars", 200),
    ] {
      #expect(try await status(target) == expected, "\(target)")
      #expect(try await status(target, Self.right) == 200, "\(target)")
    }
    #expect(try await status("/debug/vars", "X-Forwarded-For: 127.0.0.1") == 401)
    #expect(try await status("/debug/vars", "X-Forwarded-For: 127.0.0.1", Self.right) == 200)
    await server.shutdown()
  }

  @Test("does not start with credentials that cannot be used, and names them without a secret")
  func refused() async throws {
    func basic(_ username: String, _ hash: String) -> MetricsConfig.BasicAuth {
      .init(username: username, passwordHash: hash)
    }
    let cases: [(String, (inout MetricsConfig) -> Void)] = [
      ("basicAuth.passwordHash", { $0.basicAuth = basic("a", "$1$geheim$geheim") }),
      ("basicAuth.passwordHash", { $0.basicAuth = basic("a", "geheim") }),
      ("basicAuth.passwordHash", { $0.basicAuth = basic("a", "") }),
      ("basicAuth.username", { $0.basicAuth = basic("a:b", Self.hash) }),
      ("basicAuth.username", { $0.basicAuth = basic("", Self.hash) }),
      ("basicAuth.username", { $0.basicAuth = basic("prometheus:geheim", Self.hash) }),
      ("basicAuth.username", { $0.basicAuth = .init(username: "a:$1$geheim", passwordHashFile: "/x") }),
      ("basicAuth.passwordHashFile", { $0.basicAuth = .init(username: "a", passwordHashFile: "") }),
      ("bearerTokens", { $0.bearerTokens = [.init("geheim geheim")] }),
      ("bearerTokens", { $0.bearerTokens = [.init("")] }),
      ("bearerTokens", { $0.bearerTokens = (0...16).map { .init("geheim\($0)") } }),
      ("bearerTokens.tokenFile", { $0.bearerTokens = [.init(tokenFile: "")] }),
      ("access", { $0.access["/metrics"] = .credentials }),
      ("access", { $0.access["/nothing"] = .trusted }),
      (
        "access",
        {
          $0.bearerTokens = [.init("geheim")]
          $0.access["/metrics.json"] = .trusted.orCredentials
        }
      ),
    ]
    for (setting, change) in cases {
      var config = MetricsConfig.patient
      change(&config)
      let error = #expect(throws: MetricsConfigError.self, "\(setting)") { _ = try config.validated() }
      #expect(error?.setting == setting && error?.code == .invalidSetting)
      let shown = "\(String(reflecting: error)) \(error?.value ?? "")"
      #expect(!shown.contains("geheim"))
    }
    // What only a start tells.
    for (setting, change) in [
      (
        "basicAuth.passwordHashFile",
        { $0.basicAuth = .init(username: "a", passwordHashFile: "/nonexistent/hash") }
      ),
      ("bearerTokens.tokenFile", { $0.bearerTokens = [.init(tokenFile: "/nonexistent/token")] }),
    ] as [(String, (inout MetricsConfig) -> Void)] {
      var changed = MetricsConfig.patient
      change(&changed)
      let config = try changed.validated()
      let metrics = try MetricsCollector()
      let error = await #expect(throws: MetricsConfigError.self) {
        _ = try await metrics.startHTTPServer(config)
      }
      #expect(error?.setting == setting && error?.code == .refusedBySystem)
      #expect(throws: MetricsConfigError.self) { _ = try metrics.endpoints(config) }
    }
    guard Self.canHash else { return }
    // yescrypt with an N of 2 has the form of a hash, and no library computes it.
    var computedByNone = MetricsConfig.patient
    computedByNone.basicAuth = .init(
      username: "a", passwordHash: "$y$j.T$salt$" + String(repeating: "g", count: 43))
    let config = computedByNone
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await MetricsCollector().startHTTPServer(config)
    }
    #expect(error?.code == .refusedBySystem && error?.message.contains("cannot check") == true)
    #expect(error?.message.contains("ggg") == false)
  }

  @Test("tells a secret to nobody")
  func secrets() {
    var config = MetricsConfig()
    config.basicAuth = .init(username: "prometheus", passwordHash: "geheim")
    config.bearerTokens = [.init("geheim"), .init(tokenFile: "/run/token")]
    var other = MetricsConfig()
    other.basicAuth = .init(username: "prometheus", passwordHashFile: "/run/hash")
    #expect("\(config.basicAuth.map { "\($0)" } ?? "")" == "prometheus:***")
    #expect("\(other.basicAuth.map { "\($0)" } ?? "")" == "prometheus:/run/hash")
    #expect("\(config.bearerTokens)" == "[***, /run/token]")
    var dumped = ""
    dump(config, to: &dumped)
    dump(config.basicAuth, to: &dumped)
    dump(config.bearerTokens, to: &dumped)
    dump(config.credentials, to: &dumped)
    /// Everything that reflection reaches.
    func reflected(_ value: Any, depth: Int = 0) -> String {
      guard depth < 8 else { return "" }
      let mirror = Mirror(reflecting: value)
      return mirror.children.map {
        "\($0.label ?? "") \($0.value) \(reflected($0.value, depth: depth + 1))"
      }.joined() + (mirror.superclassMirror.map { "\($0)" } ?? "")
    }
    let texts = [
      dumped, "\(config)", String(reflecting: config), String(describing: config.basicAuth),
      String(reflecting: config.basicAuth), "\(config.credentials)", String(reflecting: config.credentials),
      "\(config.bearerTokens)", String(reflecting: config.bearerTokens), reflected(config),
      reflected(config.basicAuth as Any), reflected(config.bearerTokens), reflected(config.credentials),
    ]
    for text in texts { #expect(!text.contains("geheim"), "\(text)") }
    // As bytes neither: 103, 101 are "ge".
    for text in texts { #expect(!text.contains("103, 101"), "\(text)") }
  }
}

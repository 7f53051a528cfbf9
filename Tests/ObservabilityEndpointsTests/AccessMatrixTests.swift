// Who is answered, at which path, from which address, with which credentials, and by which Host?

import EndpointMessages
import HealthProbes
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("Access", .timeLimit(.minutes(30)))
struct AccessMatrixTests {
  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  /// Where a request comes from, whether that is trusted here, and whether it is on 10.0.0.0/8.
  private static let peers: [(name: String, peer: EndpointPeer, isTrusted: Bool, isOnTen: Bool)] = [
    ("loopback", loopback, true, false),
    ("loopback by IPv6", .ip([UInt8](repeating: 0, count: 15) + [1], port: 1), true, false),
    ("a mapped loopback", .ip(mapped + [127, 0, 0, 1], port: 1), true, false),
    ("a trusted network", .ip([172, 16, 0, 9], port: 1), true, false),
    ("a mapped trusted network", .ip(mapped + [172, 16, 0, 9], port: 1), true, false),
    ("the route's network", .ip([10, 0, 0, 9], port: 1), false, true),
    ("the route's network, mapped", .ip(mapped + [10, 0, 0, 9], port: 1), false, true),
    ("elsewhere", stranger, false, false),
    ("elsewhere, mapped", .ip(mapped + [192, 0, 2, 7], port: 1), false, false),
    ("elsewhere by IPv6", .ip([0x20, 0x01] + [UInt8](repeating: 7, count: 14), port: 1), false, false),
    ("a Unix socket", .unix, true, true),
    ("nobody knows where", .unknown, false, false),
  ]

  /// What `Authorization` says, and whether it is right.
  private static let credentials: [(fields: [String], isRight: Bool)] = [
    ([], false), ([Known.basic], true), ([Known.bearer], true),
    (["Basic " + base64("prometheus:wrong")], false), (["Basic " + base64("other:correct horse")], false),
    (["Bearer wrong"], false), (["Basic %%%"], false), (["Basic"], false), (["Bearer"], false),
    ([""], false), (["Digest username=\"prometheus\""], false), (["Negotiate abc="], false),
    ([Known.basic, Known.basic], false),
  ]

  /// What else a request says, and whether an address is trusted with it.
  private static let fields: [(fields: EndpointFields, isTrusted: Bool)] = [
    (["Host": "localhost"], true), (["Host": "127.0.0.1:9090"], true), (["Host": "attacker.example"], false),
    ([:], false), (["Host": "localhost", "X-Forwarded-For": "127.0.0.1"], false),
  ]

  private enum Rule: CaseIterable {
    case everybody, trusted, ten, credentials, trustedAnd, trustedOr, tenAnd, tenOr

    var rule: AccessRule {
      let ten = AccessRule.networks([IPNetwork("10.0.0.0/8")].compactMap { $0 })
      return switch self {
      case .everybody: .everybody
      case .trusted: .trusted
      case .ten: ten
      case .credentials: .credentials
      case .trustedAnd: .trusted.andCredentials
      case .trustedOr: .trusted.orCredentials
      case .tenAnd: ten.andCredentials
      case .tenOr: ten.orCredentials
      }
    }

    /// The rule in words.
    func status(isTrusted: Bool, isOnTen: Bool, isRight: Bool) -> Int {
      switch self {
      case .everybody: 200
      case .trusted: isTrusted ? 200 : 403
      case .ten: isOnTen ? 200 : 403
      case .credentials: isRight ? 200 : 401
      case .trustedAnd: !isTrusted ? 403 : isRight ? 200 : 401
      case .tenAnd: !isOnTen ? 403 : isRight ? 200 : 401
      case .trustedOr: isTrusted || isRight ? 200 : 401
      case .tenOr: isOnTen || isRight ? 200 : 401
      }
    }
  }

  /// A service with credentials, on which no wrong one is remembered for long.
  private func service(_ configure: (inout EndpointSettings) -> Void = { _ in }) throws -> Service {
    let clock = ManualClock()
    return try Service {
      $0.trust = Trust(
        networks: IPNetwork.loopback + [IPNetwork("172.16.0.0/12")].compactMap { $0 })
      $0.secrets = try? SecretsInForce(Known.settings())
      $0.hasCredentials = true
      $0.realm = "rusmes-metrics"
      $0.hostRoutes = [EndpointRoute("/version") { _ in .text(200, "1") }]
      $0.now = {
        clock.advance(by: .seconds(60))
        return clock.elapsed
      }
      configure(&$0)
    }
  }

  private func check(_ service: Service, _ path: String, _ rule: Rule, _ method: String = "GET") async throws
  {
    for (name, peer, isTrusted, isOnTen) in Self.peers {
      for (authorization, isRight) in Self.credentials {
        for (fields, isTrustedSo) in Self.fields {
          var headers = fields
          for value in authorization { headers.append("Authorization", value) }
          let answer = try await service.get(
            path, method: method, headers: headers, peer: peer, addsHost: false)
          // No browser asks by a Unix socket; what it was forwarded by has no address.
          let isTrustedSo = peer == .unix ? fields["X-Forwarded-For"] == nil : isTrustedSo
          let status = rule.status(
            isTrusted: isTrusted && isTrustedSo, isOnTen: isOnTen && isTrustedSo, isRight: isRight)
          let what = "\(method) \(path) \(rule) from \(name) with \(authorization), \(fields.list)"
          #expect(answer.status == status, "\(what)")
          let challenges = answer.headers.all("WWW-Authenticate")
          let isTokenWrong = authorization == ["Bearer wrong"]
          #expect(
            challenges
              == (status == 401
                ? [
                  "Basic realm=\"rusmes-metrics\", charset=\"UTF-8\"",
                  "Bearer realm=\"rusmes-metrics\"" + (isTokenWrong ? ", error=\"invalid_token\"" : ""),
                ] : []),
            "\(what)")
          if status == 401 { #expect(answer.body == "Credentials are needed.\n") }
        }
      }
    }
  }

  @Test("is as the rule says", .enabled(if: canHash), arguments: Rule.allCases)
  private func rules(rule: Rule) async throws {
    for path in ["/metrics", "/ready", "/debug/vars", "/version"] {
      try await check(try service { $0.access[path] = rule.rule }, path, rule)
    }
  }

  @Test("is by default with credentials at the exposition alone", .enabled(if: canHash))
  func defaults() async throws {
    let service = try service()
    try await check(service, "/metrics", .credentials)
    try await check(service, "/metrics", .credentials, "HEAD")
    for path in ["/live", "/ready", "/startup", "/health", "/"] {
      try await check(service, path, .everybody)
    }
    for path in ["/metrics.json", "/debug/vars", "/version"] { try await check(service, path, .trusted) }
  }

  @Test("is everybody's at the exposition where there are no credentials")
  func withoutCredentials() async throws {
    let service = try Service()
    for authorization in Self.credentials {
      var headers = EndpointFields()
      for value in authorization.fields { headers.append("Authorization", value) }
      #expect(try await service.get("/metrics", headers: headers, peer: stranger).status == 200)
      #expect(try await service.get("/metrics.json", headers: headers, peer: stranger).status == 403)
    }
  }

  @Test("to a probe limits its other paths, its checks, OPTIONS, and what is answered at once")
  func probes() async throws {
    let service = try Service {
      $0.access = ["/ready": .trusted, "/livez": .trusted]
      $0.probeAliases = ["/readyz": .ready, "/livez": .live, "/healthz": .health]
    }
    for (path, status) in [
      ("/ready", 403), ("/readyz", 403), ("/ready/x", 403), ("/readyz/x", 403), ("/livez", 403),
      ("/live", 200), ("/healthz", 200), ("/health", 200),
    ] {
      #expect(try await service.get(path, peer: stranger).status == status, "\(path)")
      let request = try EndpointRequest(target: path, headers: ["Host": "localhost"], peer: stranger)
      #expect((service.endpoints.answerAtOnce(request)?.status ?? 403) == status || path.hasPrefix("/health"))
      #expect(try await service.get(path).status == (path.hasSuffix("/x") ? 404 : 200), "\(path)")
    }
    service.health.setMaintenance("secret plans")
    #expect(try await service.get("/ready", method: "OPTIONS").status == 503)
    #expect(try await service.get("/ready", method: "OPTIONS", peer: stranger).status == 403)
    #expect(try await service.get("/metrics", method: "OPTIONS", peer: stranger).status == 204)
  }

  @Test("holds for the page with and without a slash behind the prefix")
  func page() async throws {
    let service = try Service {
      $0.pathPrefix = "/internal"
      $0.access["/"] = .trusted
    }
    for path in ["/internal", "/internal/"] {
      #expect(try await service.get(path, peer: stranger).status == 403)
      #expect(try await service.get(path).status == 200)
    }
  }

  @Test("is not set for a path of no route, nor with credentials that nobody has, nor for the JSON form")
  func problems() {
    func problem(_ access: [String: AccessRule], hasCredentials: Bool = true) -> String? {
      var settings = EndpointSettings()
      settings.access = access
      settings.hasCredentials = hasCredentials
      return settings.problem.map { "\($0.setting) \($0.value)" }
    }
    #expect(problem([:]) == nil && problem([:], hasCredentials: false) == nil)
    #expect(problem(["/metrics": .trusted, "/": .credentials, "/livez": .trusted]) == "access /livez")
    #expect(problem(["/nothing": .trusted]) == "access /nothing")
    #expect(problem(["/ready/x": .trusted]) == "access /ready/x")
    #expect(problem(["": .trusted]) == "access ")
    for rule in [AccessRule.credentials, .trusted.orCredentials, .trusted.andCredentials] {
      #expect(problem(["/metrics.json": rule]) == "access /metrics.json")
      #expect(problem(["/debug/vars": rule]) == nil)
      #expect(problem(["/debug/vars": rule], hasCredentials: false) == "access /debug/vars")
    }
    #expect(problem(["/metrics.json": .networks([])]) == nil)
    #expect(problem(["/metrics.json": .everybody.orCredentials]) == nil, "which asks for none")
  }

  @Test("rules are the same however they are put together")
  func algebra() {
    let ten = AccessRule.networks([IPNetwork("10.0.0.0/8")].compactMap { $0 })
    #expect(AccessRule.everybody.andCredentials == .credentials)
    #expect(AccessRule.everybody.orCredentials == .everybody)
    #expect(AccessRule.credentials.orCredentials == .credentials)
    for rule in [AccessRule.trusted, ten] {
      #expect(rule.andCredentials.andCredentials == rule.andCredentials)
      #expect(rule.orCredentials.orCredentials == rule.orCredentials)
      #expect(rule.andCredentials.orCredentials == .credentials)
      #expect(rule.orCredentials.andCredentials == .credentials)
    }
  }
}

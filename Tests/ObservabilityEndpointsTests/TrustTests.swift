// Who sees details, and who cannot have them by any trick?

import EndpointMessages
import HealthProbes
@testable import ObservabilityEndpoints
import Testing

@Suite("Trust")
struct TrustTests {
  struct Leak: Error, CustomStringConvertible { let description = "postgres://mail:hunter2@db" }

  /// The details that there are: two routes, and what three others say of a failing check.
  static let detailed: [(target: String, headers: EndpointFields)] = [
    ("/metrics.json", [:]), ("/debug/vars", [:]), ("/health?verbose", [:]),
    ("/health", ["Accept": "application/health+json"]), ("/ready?verbose", [:]),
  ]

  /// What a client learns that asks so: of each of the details, whether it is told.
  private func learns(
    _ fields: [(String, String)], peer: EndpointPeer, hostNames: [String] = [], proxies: [String] = [],
    networks: [String] = ["127.0.0.0/8", "::1", "10.0.0.0/8"]
  ) async throws -> Set<Bool> {
    let service = try Service {
      $0.trust = Trust(
        networks: networks.compactMap { IPNetwork($0) }, proxies: proxies.compactMap { IPNetwork($0) },
        hostNames: hostNames.compactMap { Trust.normalised($0) })
    }
    try service.health.add(HealthCheck("storage", mode: .onDemand) { throw Leak() })
    var seen: Set<Bool> = []
    for (target, headers) in Self.detailed {
      var headers = headers
      for (name, value) in fields { headers.append(name, value) }
      let answer = try await service.get(target, headers: headers, peer: peer, addsHost: false)
      if target.hasPrefix("/health") || target.hasPrefix("/ready") {
        seen.insert(answer.body.contains("hunter2"))
      } else {
        seen.insert(answer.status == 200)
        #expect(answer.status == 200 || answer.status == 403)
      }
      #expect(answer.status != 403 || !answer.body.contains("hunter2"))
    }
    return seen
  }

  @Test(
    "asks for a Host that no stranger's name server answers for",
    arguments: [
      ("127.0.0.1", true), ("127.0.0.1:9090", true), ("10.1.2.3:80", true), ("[::1]", true),
      ("[::1]:9090", true), ("[fd00::7]", true), ("[::ffff:127.0.0.1]:9090", true), ("localhost", true),
      ("localhost:9090", true), ("LOCALHOST", true), ("localhost.", true), ("localhost.:9090", true),
      ("mx1.example.com", true), ("MX1.Example.COM:9090", true), ("mx1.example.com.", true),
      (" localhost\t", true), ("8.8.8.8", true),
      ("attacker.example:9090", false), ("attacker.example", false), ("127.0.0.1.attacker.example", false),
      ("localhost.attacker.example", false), ("xlocalhost", false),
      ("mx1.example.com.attacker.example", false),
      ("attacker.example#.localhost", false), ("localhost@attacker.example", false),
      ("attacker.example@localhost", false), ("localhost/attacker", false), ("localhost:attacker", false),
      ("localhost:9090:1", false), ("localhost, attacker.example", false), ("localhost..", false),
      ("", false),
      (".", false), (":9090", false), ("[]", false), ("[::1", false), ("[::1]x", false),
      ("[localhost]", false),
      ("[::1%25lo]", false), ("[v1.a:b]", false), ("[127.0.0.1]", true), ("::1", false), ("127.1", false),
      ("2130706433", false), ("0x7f000001", false), ("0177.0.0.1", false), ("127.0.0.1.", false),
      ("127.0.0.1:99999", false), ("loc%61lhost", false), ("loca\u{212A}host", false), ("mx1", false),
      ("\u{FF4C}ocalhost", false), ("example.com", false),
    ])
  func host(value: String, isTrusted: Bool) async throws {
    for peer in [
      loopback, .ip([10, 0, 0, 9], port: 1), .ip([UInt8](repeating: 0, count: 15) + [1], port: 1),
    ] {
      #expect(
        try await learns([("Host", value)], peer: peer, hostNames: ["mx1.example.com"]) == [isTrusted],
        "\(value) from \(peer)")
    }
    // What a stranger writes there is of no use.
    #expect(try await learns([("Host", value)], peer: stranger, hostNames: ["mx1.example.com"]) == [false])
    #expect(try await learns([("Host", value)], peer: .unknown, hostNames: ["mx1.example.com"]) == [false])
  }

  @Test("asks for one Host, and for none on a Unix socket, which no browser reaches")
  func numberOfHosts() async throws {
    #expect(try await learns([], peer: loopback) == [false])
    #expect(try await learns([("Host", "localhost"), ("Host", "localhost")], peer: loopback) == [false])
    #expect(
      try await learns([("Host", "localhost"), ("hOST", "attacker.example")], peer: loopback) == [false])
    #expect(try await learns([], peer: .unix) == [true])
    #expect(try await learns([("Host", "attacker.example")], peer: .unix) == [true])
  }

  @Test(
    "does not reach through a proxy that says what it is",
    arguments: [
      ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "127.0.0.1"), ("X-FORWARDED-FOR", ""),
      ("Forwarded", "for=127.0.0.1"), ("forwarded", "for=\"[::1]\""), ("Via", "1.1 nginx"),
      ("X-Real-IP", "::1"),
      ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "http"), ("x-forwarded-anything", "1"),
      ("X-Client-IP", "127.0.0.1"), ("True-Client-IP", "127.0.0.1"), ("CF-Connecting-IP", "127.0.0.1"),
      ("X-Cluster-Client-IP", "127.0.0.1"), ("X-Envoy-External-Address", "127.0.0.1"),
    ])
  func forwarded(name: String, value: String) async throws {
    let fields = [("Host", "localhost"), (name, value)]
    #expect(try await learns(fields, peer: loopback) == [false])
    #expect(try await learns(fields, peer: .unix) == [false], "its proxy has no address to be set")
    #expect(try await learns(fields, peer: stranger) == [false], "nothing is gained by it")
    // A proxy that is set decides for itself, and has to be trusted as well.
    #expect(try await learns(fields, peer: loopback, proxies: ["127.0.0.1"]) == [true])
    #expect(try await learns(fields, peer: loopback, proxies: ["10.0.0.0/8"]) == [false])
    #expect(try await learns(fields, peer: stranger, proxies: ["192.0.2.0/24"]) == [false])
    #expect(try await learns([(name, value)], peer: loopback, proxies: ["127.0.0.1"]) == [false])
  }

  @Test(
    "is not lost by fields that only look alike", arguments: ["X-Forward", "Viaduct", "X-Real", "Forwarde"])
  func alike(name: String) async throws {
    #expect(try await learns([("Host", "localhost"), (name, "x")], peer: loopback) == [true])
  }

  @Test("takes an IPv4 address inside IPv6 for the address, in networks and in proxies")
  func mapped() async throws {
    let mapped = EndpointPeer.ip([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 9], port: 1)
    for network in ["10.0.0.0/8", "::ffff:10.0.0.0/104"] {
      #expect(try await learns([("Host", "localhost")], peer: mapped, networks: [network]) == [true])
      #expect(
        try await learns(
          [("Host", "localhost"), ("Via", "x")], peer: mapped, proxies: [network], networks: [network]) == [
            true
          ])
    }
    #expect(try await learns([("Host", "localhost")], peer: mapped, networks: ["::1"]) == [false])
  }

  @Test("follows the authority of an absolute target, which stands above Host")
  func absoluteForm() async throws {
    let service = try Service()
    for (authority, host, status) in [
      ("attacker.example", "localhost", 403), ("localhost:9090", "attacker.example", 200),
      ("[::1]", "attacker.example", 200),
    ] {
      let target = "http://\(authority)/debug/vars"
      #expect(try await service.get(target, headers: ["Host": host]).status == status, "\(target)")
    }
  }

  @Test("is refused with a reason to whoever has the address, and with none to others")
  func reasons() async throws {
    let service = try Service()
    let rebound = try await service.get("/debug/vars", headers: ["Host": "attacker.example"])
    #expect(rebound.status == 403 && rebound.body.contains("Host"))
    let forwarded = try await service.get("/debug/vars", headers: ["Via": "1.1 nginx"])
    #expect(forwarded.status == 403 && forwarded.body.contains("forwarded"))
    let stranger = try await service.get("/debug/vars", headers: ["Via": "1.1 nginx"], peer: stranger)
    #expect(stranger.body == "This is answered to trusted addresses only.\n")
    // Probes and the exposition ask for no trust.
    for target in ["/metrics", "/live", "/ready", "/startup", "/health", "/"] {
      #expect(try await service.get(target, headers: ["Host": "attacker.example", "Via": "x"]).status == 200)
    }
  }

  /// What browsers send that ask a loopback address by a page's own name, and what programs send that may.
  private static let askedByName: [(fields: [(String, String)], isAnswered: Bool)] = [
    ([("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36")], false),
    ([("User-Agent", "page"), ("Accept-Language", "en"), ("Accept-Encoding", "gzip, deflate")], false),
    ([("User-Agent", "page"), ("Accept-Language", ""), ("Accept-Encoding", "gzip,deflate,br")], false),
    ([("User-Agent", "page"), ("Origin", "null")], false),
    // With a range, browsers ask for no coding.
    (
      [
        ("User-Agent", "page"), ("Accept-Language", ""), ("Accept-Encoding", "identity"),
        ("Range", "bytes=0-"),
      ], false
    ),
    ([("User-Agent", "page"), ("Sec-Fetch-Site", "same-origin")], false),
    // A script of the page can say that it was forwarded.
    ([("User-Agent", "Mozilla/5.0"), ("X-Forwarded-For", "10.0.0.9")], false),
    ([("User-Agent", "Prometheus/3.5.0"), ("Accept-Encoding", "gzip")], true),
    ([("User-Agent", "python-requests/2.32"), ("Accept-Encoding", "gzip, deflate")], true),
    ([("User-Agent", "curl/8.5.0"), ("Accept-Encoding", "deflate, gzip, br, zstd")], true),
    ([], true),
  ]

  @Test("keeps a page whose name has come to mean this machine from what everybody may read")
  func reboundPages() async throws {
    let service = try Service {
      $0.trust = Trust(networks: IPNetwork.loopback, hostNames: ["mx1.example.com"])
    }
    for (fields, isAnswered) in Self.askedByName {
      func status(_ host: String, _ target: String = "/metrics", _ peer: EndpointPeer = loopback) async throws
        -> Int
      {
        var headers: EndpointFields = ["Host": host]
        for (name, value) in fields { headers.append(name, value) }
        return try await service.get(target, headers: headers, peer: peer, addsHost: false).status
      }
      let expected = isAnswered ? 200 : 403
      #expect(try await status("attacker.example:9090") == expected, "\(fields)")
      #expect(try await status("attacker.example", "/") == expected, "\(fields)")
      #expect(
        try await status("attacker.example", "/metrics", .ip([UInt8](repeating: 0, count: 15) + [1], port: 1))
          == expected)
      for known in ["127.0.0.1:9090", "localhost", "mx1.example.com", "[::1]"] {
        #expect(try await status(known) == 200, "\(fields) by \(known)")
      }
      // Whoever comes from elsewhere reaches the listener without a browser's help; and probes give no reasons away.
      #expect(try await status("attacker.example", "/metrics", stranger) == 200)
      #expect(try await status("attacker.example", "/metrics", .unix) == 200)
      #expect(try await status("attacker.example", "/live") == 200)
    }
  }
}

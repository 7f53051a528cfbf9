// What do probes answer for the state of the checks?

import EndpointMessages
import HealthProbes
@testable import ObservabilityEndpoints
import Testing

@Suite("The probes")
struct ProbeTests {
  struct Broken: Error {}

  private func service() throws -> Service {
    let service = try Service()
    try service.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    try service.health.add(HealthCheck("queue", mode: .onDemand) { throw Broken() })
    return service
  }

  @Test("say in one word how the server is when nothing is wrong")
  func healthy() async throws {
    let service = try Service()
    try service.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    try service.health.add(HealthCheck("queue", mode: .onDemand) { .pass })
    #expect(
      try await service.get("/health").body
        == #"{"status":"healthy","checks":{"queue":"healthy","storage":"healthy"}}"#)
    #expect(try await service.get("/ready").body == #"{"ready":true}"#)
    #expect(try await service.get("/live").body == #"{"alive":true}"#)
    #expect(try await service.get("/startup").body == #"{"started":true}"#)
  }

  @Test("answer 503 for a failing check, but not for liveness")
  func failing() async throws {
    let service = try service()
    let health = try await service.get("/health")
    #expect(health.status == 503)
    #expect(health.body == #"{"status":"unhealthy","checks":{"queue":"unhealthy","storage":"healthy"}}"#)
    #expect(health.type == "application/json")
    let ready = try await service.get("/ready")
    #expect(ready.status == 503)
    #expect(ready.body == #"{"ready":false}"#)
    #expect(try await service.get("/live").status == 200)
  }

  @Test("stay at 200 for a warning, and say degraded")
  func degraded() async throws {
    let service = try Service()
    try service.health.add(HealthCheck("disk", mode: .onDemand) { .warn("90 % full") })
    let health = try await service.get("/health")
    #expect(health.status == 200)
    #expect(health.body == #"{"status":"degraded","checks":{"disk":"degraded"}}"#)
    #expect(try await service.get("/ready").status == 200)
  }

  @Test("answer in the manner of the Kubernetes API server when asked to be verbose")
  func verbose() async throws {
    let answer = try await service().get("/ready?verbose")
    #expect(answer.status == 503)
    #expect(answer.type == "text/plain; charset=utf-8")
    #expect(
      answer.body == """
        [-]queue failed: Broken()
        [+]storage ok
        ready check failed

        """)
  }

  @Test("show reasons on ?verbose of every probe to trusted clients, and to nobody else")
  func verboseReasons() async throws {
    let service = try Service()
    let probes: ProbeSet = [.ready, .live, .startup]
    try service.health.add(HealthCheck("broken", probes: probes, mode: .onDemand) { throw Broken() })
    try service.health.add(HealthCheck("full", probes: probes, mode: .onDemand) { .warn("SECRET") })
    try service.health.add(
      HealthCheck("undecided", probes: probes, mode: .onDemand, failureThreshold: 2) { .fail("SECRET") })
    service.health.setMaintenance("SECRET")
    for path in ["/ready", "/live", "/startup", "/ready/broken", "/live/full", "/startup/undecided"] {
      for peer in [loopback, .unix] {
        let body = try await service.get(path + "?verbose", peer: peer).body
        #expect(body.contains("SECRET") || body.contains("Broken()"))
        #expect(!body.contains("withheld") && !body.contains("with a warning"))
      }
      for peer in [stranger, .unknown] {
        let body = try await service.get(path + "?verbose", peer: peer).body
        #expect(!body.contains("SECRET") && !body.contains("Broken"))
      }
    }
    let withheld = """
      [-]broken failed: reason withheld
      [+]full ok: with a warning
      [-]undecided failed: not known yet
      [-]maintenance failed: reason withheld
      ready check failed

      """
    #expect(try await service.get("/ready?verbose", peer: stranger).body == withheld)
  }

  @Test("answer for the checks of a group, and 404 for a group that is none")
  func groups() async throws {
    let service = try Service()
    try service.health.add(HealthCheck("disk", mode: .onDemand, groups: ["storage"]) { .pass })
    try service.health.add(HealthCheck("index", mode: .onDemand, groups: ["storage", "search"]) { .pass })
    try service.health.add(HealthCheck("relay", mode: .onDemand, groups: ["outbound"]) { throw Broken() })
    let cases: [(query: String, status: Int, checks: String)] = [
      ("group=storage", 200, #""disk":"healthy","index":"healthy""#),
      ("group=search", 200, #""index":"healthy""#),
      ("group=outbound", 503, #""relay":"unhealthy""#),
      ("group=search&group=outbound", 503, #""index":"healthy","relay":"unhealthy""#),
      ("group=storage&exclude=disk", 200, #""index":"healthy""#),
      ("exclude=relay", 200, #""disk":"healthy","index":"healthy""#),
    ]
    for (query, status, checks) in cases {
      let answer = try await service.get("/health?\(query)")
      #expect(answer.status == status)
      #expect(answer.body.hasSuffix(#""checks":{\#(checks)}}"#), "\(query): \(answer.body)")
    }
    for query in ["group=nothing", "group=", "group=storage&group=Storage"] {
      #expect(try await service.get("/health?\(query)").status == 404)
    }
    #expect(try await service.get("/health?verbose").body.contains(#""groups":["search","storage"]"#))
  }

  @Test("leave out a check on request, and warn of one that is not there")
  func exclusion() async throws {
    let answer = try await service().get("/ready?verbose&exclude=queue&exclude=no%0Asuch")
    #expect(answer.status == 200)
    #expect(
      answer.body == """
        [+]storage ok
        [+]queue excluded: ok
        warn: some checks cannot be excluded: no match for "no?such"
        ready check passed

        """)
    #expect(try await service().get("/ready?exclude=queue").status == 200)
    #expect(try await service().get("/health?exclude=queue").status == 200)
  }

  @Test("answer for one check below the probe's path")
  func single() async throws {
    let service = try service()
    #expect(try await service.get("/ready/storage").status == 200)
    #expect(try await service.get("/ready/queue").status == 503)
    #expect(try await service.get("/ready/queue?verbose").body.contains("[-]queue failed"))
    #expect(try await service.get("/live/storage").status == 404)
    #expect(try await service.get("/ready/").status == 404)
  }

  @Test("give application/health+json to whoever asks for it")
  func healthJSON() async throws {
    let answer = try await service().get("/health", headers: ["Accept": "application/health+json"])
    #expect(answer.status == 503)
    #expect(answer.type == "application/health+json")
    #expect(
      answer.body.hasPrefix(
        #"{"status":"fail","description":"health of mail server","checks":{"queue":[{"status":"fail","time":"2"#
      ))
    #expect(
      try await service().get("/health", headers: ["Accept": "application/health+json;q=0"]).type
        == "application/json")
  }

  @Test("tell why a check fails to trusted clients only")
  func details() async throws {
    let service = try service()
    for target in ["/health?verbose", "/health"] {
      let headers: EndpointFields = ["Accept": "application/health+json"]
      #expect(try await service.get(target, headers: headers, peer: loopback).body.contains("Broken"))
      #expect(try await service.get(target, headers: headers, peer: .unix).body.contains("Broken"))
      #expect(try await !service.get(target, headers: headers, peer: stranger).body.contains("Broken"))
      #expect(try await !service.get(target, headers: headers, peer: .unknown).body.contains("Broken"))
    }
    // What a header claims plays no part.
    let forged: EndpointFields = ["X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"]
    #expect(
      try await !service.get("/health?verbose", headers: forged, peer: stranger).body.contains("Broken"))
  }

  @Test("take a server out for maintenance and while it drains, and let it live")
  func maintenance() async throws {
    let service = try Service()
    service.health.setMaintenance("kernel")
    #expect(try await service.get("/ready").status == 503)
    #expect(
      try await service.get("/ready?verbose").body == "[-]maintenance failed: kernel\nready check failed\n")
    #expect(try await service.get("/live").status == 200)
    #expect(try await service.get("/health").status == 200)
    service.health.setMaintenance(nil)
    #expect(try await service.get("/ready").status == 200)
    service.health.setDraining(true)
    #expect(try await service.get("/ready").status == 503)
    #expect(try await service.get("/live").status == 200)
  }

  @Test("wait for what was declared: alive, but neither ready nor started")
  func declared() async throws {
    let service = try Service()
    try service.health.declare("storage")
    #expect(try await service.get("/live").status == 200)
    #expect(try await service.get("/ready").status == 503)
    #expect(try await service.get("/startup").status == 503)
    try service.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    #expect(try await service.get("/ready").status == 200)
    #expect(try await service.get("/startup").status == 200)
  }

  @Test("write hostile reasons as valid JSON")
  func hostileReason() async throws {
    let service = try Service()
    try service.health.add(HealthCheck("x", mode: .onDemand) { .fail("a\"b\\c\nd</script>") })
    let body = try await service.get("/health?verbose").body
    #expect(body.contains(#"a\"b\\c\\nd\u003c/script\u003e"#))
  }
}

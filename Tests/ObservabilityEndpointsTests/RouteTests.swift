// Which path is answered by what?

import EndpointMessages
import HealthProbes
@testable import ObservabilityEndpoints
import Testing

@Suite("The routes")
struct RouteTests {
  @Test(
    "answer what the contract says",
    arguments: [
      ("GET", "/metrics", 200), ("HEAD", "/metrics", 200), ("GET", "/health", 200), ("GET", "/ready", 200),
      ("GET", "/live", 200), ("GET", "/startup", 200), ("GET", "/", 200), ("POST", "/metrics", 405),
      ("GET", "/metrics.json", 200), ("HEAD", "/metrics.json", 200), ("GET", "/debug/vars", 200),
      ("POST", "/debug/vars", 405), ("POST", "/metrics.json", 405), ("GET", "/debug", 200),
      ("POST", "/debug", 405),
      ("GET", "/debug/", 200), ("GET", "/debug/nothing", 404), ("GET", "/debugx", 404),
      ("GET", "/debug/vars/", 404),
      ("PUT", "/live", 405), ("DELETE", "/", 405), ("POST", "/nothing", 404), ("GET", "/nothing", 404),
      ("GET", "/metrics/", 404), ("GET", "/METRICS", 404), ("GET", "/ready/unknown", 404),
      ("GET", "/live/unknown", 404),
      ("GET", "/health/x", 404), ("GET", "/readyx", 404), ("GET", "//", 404),
      ("OPTIONS", "/", 204), ("OPTIONS", "/ready", 204), ("OPTIONS", "/live/x", 204),
      ("OPTIONS", "/metrics", 204), ("OPTIONS", "/debug/vars", 204), ("OPTIONS", "*", 204),
      ("OPTIONS", "/nothing", 404),
    ])
  func table(method: String, target: String, status: Int) async throws {
    let answer = try await Service().get(target, method: method)
    #expect(answer.status == status)
    if status == 405 || status == 204 { #expect(answer.headers["Allow"] == "GET, HEAD, OPTIONS") }
    if status >= 400 { #expect(answer.type == "text/plain; charset=utf-8" && !answer.body.isEmpty) }
  }

  @Test("refuse with what nobody keeps, and no browser takes for a page")
  func refusals() async throws {
    struct Broken: Error {}
    let service = try Service { settings in
      settings.maximumConcurrentScrapes = 0
      settings.hostRoutes = [EndpointRoute("/broken", for: .everybody) { _ in throw Broken() }]
    }
    for (method, target, peer, status) in [
      ("GET", "/nothing", loopback, 404), ("GET", "/ready/nothing", loopback, 404),
      ("GET", "/health?group=nothing", loopback, 404), ("POST", "/metrics", loopback, 405),
      ("GET", "/metrics.json", stranger, 403), ("GET", "/metrics", loopback, 503),
      ("GET", "/broken", loopback, 500),
    ] {
      let answer = try await service.get(target, method: method, peer: peer)
      #expect(answer.status == status)
      #expect(answer.headers.all("Cache-Control") == ["no-store"], "\(target)")
      #expect(answer.headers.all("X-Content-Type-Options") == ["nosniff"], "\(target)")
    }
  }

  @Test("serve the exposition at another path if that is wished")
  func otherPath() async throws {
    let service = try Service { $0.metricsPath = "/internal/metrics" }
    #expect(try await service.get("/internal/metrics").status == 200)
    #expect(try await service.get("/metrics").status == 404)
  }

  @Test(
    "refuse a path for the exposition that is another route's or none",
    arguments: [
      "/", "/health", "/ready", "/ready/x", "/metrics.json", "/debug/vars", "", "metrics", "/a b", "/a?b",
      "/a/../b", "/ä",
    ])
  func badPaths(path: String) {
    var settings = EndpointSettings()
    settings.metricsPath = path
    #expect(settings.problem?.setting == "path")
    #expect(settings.problem?.value == path)
  }

  @Test("accept other paths", arguments: ["/metrics", "/m", "/a/b/c", "/metrics2"])
  func goodPaths(path: String) {
    var settings = EndpointSettings()
    settings.metricsPath = path
    #expect(settings.problem == nil)
  }

  @Test("know which requests are probes")
  func probes() throws {
    let service = try Service()
    for (target, isProbe) in [
      ("/live", true), ("/ready", true), ("/ready/x", true), ("/startup", true), ("/health", true),
      ("/metrics", false),
      ("/", false), ("/livex", false), ("/metrics.json", false), ("/debug/vars", false),
    ] {
      #expect(service.endpoints.isProbe(try EndpointRequest(target: target)) == isProbe, "\(target)")
    }
  }

  @Test("are decided once: what a server has noted on a request is believed")
  func tagged() async throws {
    let service = try Service()
    for target in ["/metrics", "/live", "/ready/x", "/debug/vars", "/", "/nothing"] {
      var request = try EndpointRequest(target: target)
      let name = service.endpoints.countedName(of: request)
      request.routeTag = service.endpoints.tag(of: request)
      request.path = "/another"
      #expect(service.endpoints.countedName(of: request) == name, "\(target)")
    }
  }

  @Test(
    "are counted under the names of the table",
    arguments: [
      ("/metrics", "metrics"), ("/metrics.json", "metrics.json"), ("/debug/vars", "debug/vars"),
      ("/health", "health"), ("/health/x", "unknown"), ("/ready", "ready"), ("/ready/x", "ready"),
      ("/live/", "live"), ("/startup", "startup"), ("/startupx", "unknown"), ("/", "index"),
      ("//", "unknown"),
    ])
  func countedNames(target: String, name: String) throws {
    #expect(try Service().endpoints.countedName(of: EndpointRequest(target: target)) == name)
  }

  @Test("greet people with a page that runs no script and escapes what it shows")
  func page() async throws {
    let answer = try await Service {
      $0.serviceName = "<mx> & \"co\""
      $0.version = "1.2"
    }.get("/")
    #expect(answer.type == "text/html; charset=utf-8")
    #expect(answer.headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
    #expect(answer.body.contains("&lt;mx&gt; &amp; &quot;co&quot;"))
    #expect(answer.body.contains("1.2"))
    for path in [
      "/metrics", "/metrics.json", "/debug/vars", "/health", "/ready?verbose", "/live?verbose",
      "/startup?verbose",
    ] {
      #expect(answer.body.contains("href=\".\(path)\""))
    }
    #expect(!answer.body.contains("<script"))
    // A mark that belongs to what stands before it makes another character of the two, for people.
    let marked = try await Service { $0.serviceName = "<\u{301}&\u{200D}\"\u{301}" }.get("/")
    #expect(marked.body.contains("<h1>&lt;\u{301}&amp;\u{200D}&quot;\u{301}</h1>"))
  }

  @Test("name on the page what does not pass, with the reason for trusted peers only")
  func pageNamesChecks() async throws {
    let service = try Service()
    for (name, result) in [
      ("mounted", HealthResult.pass), ("disk", .warn("nearly <full>")),
      ("storage", .fail("no disk & no tape")),
    ] {
      try service.health.add(HealthCheck(name) { result })
    }
    _ = try await service.get("/health")
    let page = try await service.get("/").body
    #expect(page.contains("<dd>unhealthy</dd>"))
    #expect(page.contains("<dd>storage fails: no disk &amp; no tape</dd>"))
    #expect(page.contains("<dd>disk warns: nearly &lt;full&gt;</dd>"))
    #expect(!page.contains("mounted"))
    let seen = try await service.get("/", peer: stranger).body
    #expect(seen.contains("<dd>storage fails</dd>"))
    #expect(!seen.contains("tape") && !seen.contains("full"))
  }

  @Test("tell load balancers that ask by OPTIONS which probe fails")
  func failingOptions() async throws {
    let service = try Service()
    try service.health.add(HealthCheck("storage", probes: .ready) { .fail("no disk") })
    for (target, status) in [
      ("/ready", 503), ("/health", 503), ("/live", 204), ("/ready?exclude=storage", 204),
    ] {
      #expect(try await service.get(target).status == (status == 204 ? 200 : 503), "\(target)")
      let answer = try await service.get(target, method: "OPTIONS")
      #expect(answer.status == status && answer.headers["Allow"] == "GET, HEAD, OPTIONS", "\(target)")
    }
    service.health.setMaintenance("moving")
    #expect(try await service.get("/ready", method: "OPTIONS").status == 503)
  }
}

// Are the routes where somebody has put them, and nowhere else?

import EndpointMessages
import HealthProbes
@testable import ObservabilityEndpoints
import Testing

@Suite("Paths that are chosen")
struct ChosenPathTests {
  static let aliases: [String: HealthProbe] = [
    "/healthz": .health, "/readyz": .ready, "/livez": .live, "/-/started": .startup,
  ]

  private func service(prefix: String = "", routes: [EndpointRoute] = []) throws -> Service {
    try Service {
      $0.pathPrefix = prefix
      $0.probeAliases = Self.aliases
      $0.hostRoutes = routes
    }
  }

  @Test("have every route below a prefix, and none beside it", arguments: ["", "/internal", "/a/b", "/K"])
  func prefix(prefix: String) async throws {
    let service = try service(prefix: prefix)
    try service.health.add(HealthCheck("storage", probes: [.ready, .live], mode: .onDemand) { .pass })
    for path in [
      "/metrics", "/metrics.json", "/debug/vars", "/health", "/ready", "/live", "/startup", "/",
      "/ready/storage", "/live/storage", "/healthz", "/readyz", "/livez", "/-/started", "/readyz/storage",
    ] {
      let request = try EndpointRequest(target: prefix + path)
      #expect(try await service.get(prefix + path).status == 200, "\(prefix)\(path)")
      let isProbe = !["/metrics", "/metrics.json", "/debug/vars", "/"].contains(path)
      #expect(service.endpoints.isProbe(request) == isProbe)
      if !prefix.isEmpty {
        for outside in [path, "/x" + prefix + path, prefix + "x" + path, prefix + prefix + path] {
          #expect(try await service.get(outside).status == 404, "\(outside)")
        }
      }
    }
    if !prefix.isEmpty { #expect(try await service.get(prefix).status == 200) }
    #expect(try await service.get(prefix + "/readyz/nothing").status == 404)
    #expect(try await service.get(prefix + "/healthz/storage").status == 404)
  }

  @Test(
    "are not reached by another spelling",
    arguments: [
      "//metrics", "/internal//metrics", "//internal/metrics", "/internal/metrics/", "/internal/./metrics",
      "/internal/../internal/metrics", "/x/../internal/metrics", "/internal/%2e%2e/internal/metrics",
      "/internal%2Fmetrics", "/internal/metrics%2F", "/internal\\metrics", "/internal/%5cmetrics",
      "/INTERNAL/metrics", "/internal/metrics%00", "/internal/metrics%20", "/internal/metrics;x=1",
      "/internal/ready/../metrics", "/internal/ready//", "/internal/ready/%2e%2e/metrics",
      "/%E2%84%AAey", "/internal/%E2%84%AAey", "/internal/ready/%CC%81", "/internal/ready%CC%81",
      "/internal/ready/%E2%84%AAv", "/internal/ready/Kv%CC%81", "/internal/metrics%23",
      "/internal/metrics%3F",
      "/internal/%FF", "/internal/%C0%AFmetrics", "/internal/debugx", "/internal/debug/vars/",
    ])
  func spelling(target: String) async throws {
    let service = try service(
      prefix: "/internal", routes: [EndpointRoute("/Key", for: .everybody) { _ in .text(200, "key") }])
    try service.health.add(HealthCheck("Kv", mode: .onDemand, groups: ["K"]) { .pass })
    #expect(try await service.get("/internal/health?group=K").status == 200)
    #expect(try await service.get("/internal/health?group=%E2%84%AA").status == 404)
    #expect(
      try await service.get("/internal/ready?verbose&exclude=%E2%84%AAv").body.contains("no match for \"?v\"")
    )
    #expect(try await service.get("/internal/Key").status == 200)
    #expect(try await service.get("/internal/ready/Kv").status == 200)
    do {
      #expect(try await service.get(target).status == 404, "\(target)")
    } catch is EndpointRequestError {
      // Refused before there is a path.
    }
  }

  @Test(
    "are found in another spelling that means the same",
    arguments: ["/internal/%6Detrics", "/%69nternal/metrics"])
  func encoded(target: String) async throws {
    #expect(try await service(prefix: "/internal").get(target).status == 200)
  }

  /// Where a link leads from a page (RFC 3986, section 5.2): only what relative references to a path need.
  private func resolved(_ link: String, from page: String) -> String {
    guard link.hasPrefix("./") else { return link }
    let folder = page.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(page[...$0]) } ?? "/"
    return folder + link.dropFirst(2)
  }

  @Test(
    "are where the page's links lead, with and without a slash at its end",
    arguments: ["", "/internal", "/a/b"])
  func links(prefix: String) async throws {
    let service = try Service {
      $0.pathPrefix = prefix
      $0.metricsPath = "/m:x"
    }
    for page in prefix.isEmpty ? ["/"] : [prefix, prefix + "/"] {
      let body = try await service.get(page).body
      let links = body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
      #expect(links.count == 9)
      for link in links {
        let target = resolved(link, from: page)
        #expect(try await service.get(target).status == 200, "\(link) on \(page)")
        #expect(target.hasPrefix(prefix + "/"))
      }
      // Behind a proxy that puts something before all paths, they lead below it.
      for link in links { #expect(resolved(link, from: "/mx1" + page).hasPrefix("/mx1" + prefix + "/")) }
    }
  }

  @Test("are listed for routers", arguments: ["", "/internal"])
  func list(prefix: String) async throws {
    let service = try service(
      prefix: prefix, routes: [EndpointRoute("/version", for: .everybody) { _ in .text(200, "1") }])
    try service.health.add(
      HealthCheck("storage", probes: [.ready, .live, .startup], mode: .onDemand) { .pass })
    try service.pages.add("storage") { _ in }
    let paths = service.endpoints.paths(parameter: "storage")
    #expect(Set(paths).count == paths.count)
    // Nine and their four parents, four aliases and their three, and one of the host.
    #expect(paths.count == 21)
    for path in paths { #expect(try await service.get(path).status == 200, "\(path)") }
  }

  static let mistakes: [(setting: String, value: String, set: @Sendable (inout EndpointSettings) -> Void)] = {
    let paths = [
      "", "x", "/a b", "/a?b", "/a#b", "/%41", "/a/../b", "/./a", "/..", "/\u{E9}", "/a\\b", "/a\u{0}",
      "/\u{212A}", "/" + String(repeating: "x", count: 256), "//x\n",
    ]
    let taken = ["/metrics", "/metrics.json", "/debug/vars", "/health", "/ready", "/live", "/startup", "/"]
    let below = ["/ready/x", "/live/x/y", "/startup/"]
    var cases: [(String, String, @Sendable (inout EndpointSettings) -> Void)] = []
    for path in paths {
      if !path.isEmpty { cases.append(("pathPrefix", path, { $0.pathPrefix = path })) }
      cases.append(("path", path, { $0.metricsPath = path }))
    }
    for path in paths + taken + below {
      cases.append(("probeAliases", path, { $0.probeAliases[path] = .live }))
      cases.append(("routes", path, { $0.hostRoutes = [EndpointRoute(path) { _ in .text(200, "") }] }))
    }
    cases.append(("pathPrefix", "/", { $0.pathPrefix = "/" }))
    cases.append(("pathPrefix", "/a/", { $0.pathPrefix = "/a/" }))
    let twice = (0..<2).map { _ in EndpointRoute("/x") { _ in .text(200, "") } }
    cases.append(("routes", "/x", { $0.hostRoutes = twice }))
    cases.append(
      (
        "routes", "/x",
        {
          $0.hostRoutes = [twice[0]]
          $0.probeAliases["/x"] = .live
        }
      ))
    cases.append(
      (
        "routes", "/x/y",
        {
          $0.probeAliases["/x"] = .ready
          $0.hostRoutes = [EndpointRoute("/x/y") { _ in .text(200, "") }]
        }
      ))
    cases.append(
      (
        "probeAliases", "/x",
        {
          $0.metricsPath = "/x"
          $0.probeAliases["/x"] = .health
        }
      ))
    cases.append(
      (
        "routes", "201",
        { $0.hostRoutes = (0..<200).map { EndpointRoute("/\($0)x") { _ in .text(200, "") } } }
      ))
    return cases
  }()

  @Test("are refused by the setting's name where they cannot be", arguments: mistakes.indices)
  func mistaken(index: Int) {
    let (setting, value, set) = Self.mistakes[index]
    var settings = EndpointSettings()
    set(&settings)
    #expect(settings.problem?.setting == setting, "\(value)")
    #expect(settings.problem?.value == value)
    // Whoever has not asked what is wrong meets no trap.
    let table = RouteTable(settings)
    for path in ["", "/", value, "/metrics", "/live/x"] { _ = table[table.tag(of: path)] }
  }

  @Test("are as many as may be, and each is found")
  func many() async throws {
    let routes = (0..<199).map { number in
      EndpointRoute("/\(number)x", for: .everybody) { _ in .text(200, "\(number)") }
    }
    var settings = EndpointSettings()
    settings.hostRoutes = routes
    #expect(settings.problem == nil)
    let service = try Service { $0.hostRoutes = routes }
    for number in 0..<199 { #expect(try await service.get("/\(number)x").body == "\(number)") }
  }
}

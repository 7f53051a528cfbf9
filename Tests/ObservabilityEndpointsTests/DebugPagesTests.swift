// Who sees the debugging pages, where do they lead, and can a page of the host hurt anybody but itself?

import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("The debugging pages", .timeLimit(.minutes(30)))
struct DebugPagesTests {
  struct Broken: Error, CustomStringConvertible { let description = "broken\nhunter2\n" }

  private static func own(_ settings: inout EndpointSettings) {
    settings.ownPages = [
      OwnPage("build", "the build") {
        var page = DebugPage("build")
        page.show("version", "1.4.0")
        return page
      }
    ]
  }

  @Test(
    "are for those who see details, unless a rule says otherwise",
    arguments: ["/debug", "/debug/build", "/debug/queue"])
  func access(path: String) async throws {
    let service = try Service(Self.own)
    try service.pages.add("queue") { $0.show("waiting", 1) }
    let answer = try await service.get(path)
    #expect(answer.status == 200 && answer.type == "text/html; charset=utf-8")
    #expect(try await service.get(path, method: "HEAD").status == 200)
    #expect(try await service.get(path, method: "POST").status == 405)
    #expect(try await service.get(path, method: "OPTIONS").status == 204)
    #expect(try await service.get(path, peer: stranger).status == 403)
    #expect(try await service.get(path, headers: ["Host": "attacker.example"]).status == 403)
    #expect(try await service.get(path, headers: ["X-Forwarded-For": "127.0.0.1"]).status == 403)
    let open = try Service {
      Self.own(&$0)
      $0.access = ["/debug": .everybody, "/debug/build": .everybody]
    }
    try open.pages.add("queue") { $0.show("waiting", 1) }
    #expect(try await open.get(path, peer: stranger).status == 200)
    #expect(service.endpoints.answerAtOnce(try EndpointRequest(target: path)) == nil)
    #expect(service.endpoints.countedName(of: try EndpointRequest(target: path)).hasPrefix("debug"))
  }

  @Test("admit their own style, by its digest, and nothing else")
  func policy() async throws {
    let answer = try await Service(Self.own).get("/debug/build")
    let policy = try #require(answer.headers["Content-Security-Policy"])
    let style = try #require(answer.body.split(separator: "<style>").last?.split(separator: "</style>").first)
    #expect(policy.contains("style-src 'sha256-\(Base64.encoded(SHA256.digest(Array(style.utf8))))'"))
    #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe"))
    #expect(!answer.body.contains("style=\"") && !answer.body.contains("<script"))
    #expect(
      answer.headers["X-Content-Type-Options"] == "nosniff" && answer.headers["Cache-Control"] == "no-store")
  }

  @Test("are the same as JSON")
  func json() async throws {
    let service = try Service(Self.own)
    let answer = try await service.get("/debug/build?format=json")
    #expect(answer.type == "application/json" && answer.headers["X-Content-Type-Options"] == "nosniff")
    #expect(answer.body.contains(#""facts":{"version":"1.4.0"}"#))
    try service.pages.add("queue") { $0.show("waiting", 1) }
    #expect(try await service.get("/debug/queue?format=json").body.contains(#""facts":{"waiting":1}"#))
    #expect(
      try await service.get("/debug?format=json").body.contains(#"{"page":"queue","what it shows":"queue"}"#))
  }

  /// Where a link leads from a page (RFC 3986, section 5.2).
  private func resolved(_ link: String, from page: String) -> String {
    var folders = page.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    var parts = link.split(separator: "/", omittingEmptySubsequences: false)
    while let first = parts.first, first == "." || first == ".." {
      if first == "..", folders.count > 1 { folders.removeLast() }
      parts.removeFirst()
    }
    return (folders + parts).joined(separator: "/")
  }

  @Test("lead to one another and to the index, below any prefix", arguments: ["", "/internal", "/a/b"])
  func links(prefix: String) async throws {
    let service = try Service {
      Self.own(&$0)
      $0.pathPrefix = prefix
      $0.hostRoutes = [
        .page("/debug/traces") { _, navigation in WebPage("traces", navigation).response },
        .page("/elsewhere/deep/traces") { _, navigation in WebPage("traces", navigation).response },
      ]
    }
    try service.pages.add("queue", title: "<queue>") {
      $0.table("t", ["x"], of: [1]) { _ in [.link("a", to: "build")] }
    }
    for path in [
      "/debug", "/debug/", "/debug/build", "/debug/queue", "/debug/traces", "/elsewhere/deep/traces",
    ] {
      let page = prefix + path
      let body = try await service.get(page).body
      let links = body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        .filter { !$0.hasPrefix("?") }
      let targets = Set(links.map { resolved($0, from: page) })
      for name in ["", "/build", "/queue", "/traces", "/vars"] {
        #expect(targets.contains(prefix + "/debug" + name), "\(name) from \(page)")
      }
      for target in targets { #expect(try await service.get(target).status == 200, "\(target) from \(page)") }
    }
    let index = try await service.get(prefix + "/").body
    #expect(
      index.contains("debug/queue\">") && index.contains("&lt;queue&gt;, for trusted")
        && index.contains("debug/build"))
  }

  @Test("of the host come and go, and have names that can stand in a path")
  func names() async throws {
    let service = try Service(Self.own)
    for name in ["", "a/b", "..", ".", "-a", "ä", "a b", "a\u{0}", "a?b", String(repeating: "a", count: 65)] {
      #expect(throws: DebugPageError.self) { try service.pages.add(name) { _ in } }
    }
    for name in ["build", "config", "flags", "threads", "traces", "vars"] {
      #expect(throws: DebugPageError.self, "\(name) is the library's") {
        try service.pages.add(name) { _ in }
      }
    }
    #expect(try await service.get("/debug/queue").status == 404)
    try service.pages.add("queue") { _ in }
    #expect(throws: DebugPageError.self) { try service.pages.add("queue") { _ in } }
    #expect(try await service.get("/debug/queue").status == 200)
    for path in ["/debug/queue/", "/debug/queue/x", "/debug/Queue", "/debug/que%CC%81ue"] {
      #expect(try await service.get(path).status == 404, "\(path)")
    }
    service.pages.remove("queue")
    #expect(service.pages.names.isEmpty)
    #expect(try await service.get("/debug/queue").status == 404)
    for index in 0..<64 { try service.pages.add("p\(index)") { _ in } }
    #expect(throws: DebugPageError.self) { try service.pages.add("p64") { _ in } }
  }

  @Test("give way to what a host has at their paths")
  func givesWay() async throws {
    let service = try Service {
      Self.own(&$0)
      $0.hostRoutes = [
        EndpointRoute("/debug/build", for: .everybody) { _ in .text(200, "mine") },
        EndpointRoute("/debug", for: .everybody) { _ in .text(200, "mine too") },
      ]
    }
    #expect(service.endpoints.paths(parameter: "x").count { $0 == "/debug/build" } == 1)
    #expect(try await service.get("/debug/build", peer: stranger).body == "mine")
    #expect(try await service.get("/debug", peer: stranger).body == "mine too")
  }

  @Test("are where a listener serves them")
  func listeners() async throws {
    let service = try Service { settings in
      Self.own(&settings)
      var probes = ListenerRoutes()
      probes.servesAll = false
      probes.servesProbes = true
      settings.listeners = [probes]
    }
    var request = try EndpointRequest(target: "/debug/build", headers: ["Host": "localhost"], peer: loopback)
    request.listener = 1
    #expect(await service.endpoints.respond(to: request).status == 404)
  }

  @Test("of the host that throw, hang or never come to an end cost their own requests")
  func hostile() async throws {
    let clock = ManualClock()
    let gate = Gate()
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer, timer: clock) {
      Self.own(&$0)
      $0.hostRouteDeadline = .seconds(30)
    }
    try service.pages.add("throws") { _ in throw Broken() }
    try service.pages.add("refuses") { _ in throw EndpointRefusal(404, "no such thing") }
    try service.pages.add("hangs", atMost: 3) { _ in await gate.pass() }
    try service.pages.add("large") { page in
      let text = String(repeating: "<", count: 1 << 20)
      for index in 0..<100 { page.show("\(index)", text) }
      page.table("t", ["a"], of: 0..<(100 << 20)) { [$0] }
    }
    let asked = (0..<3).map { _ in Task { try await service.get("/debug/hangs") } }
    #expect(await eventually { gate.visits == 3 })
    #expect(try await service.get("/debug/hangs").status == 503)
    let broken = try await service.get("/debug/throws")
    #expect(broken.status == 500 && !broken.body.contains("hunter2"))
    #expect(lines.withLock { $0 } == ["the route /debug/throws failed: broken\nhunter2\n"])
    #expect(try await service.get("/debug/refuses").status == 404)
    let large = try await service.get("/debug/large")
    #expect(large.status == 200 && large.body.utf8.count < 4 << 20)
    #expect(service.pages.underWay.map(\.name) == ["hangs"])
    #expect(try await service.get("/debug/build").status == 200)
    #expect(await eventually { clock.pendingCalls >= 3 })
    clock.advance(by: .seconds(31))
    for task in asked { #expect(try await task.value.status == 503) }
    gate.open()
    #expect(await eventually { service.pages.underWay.isEmpty })
  }

  @Test("of the host that throw a long text have its beginning logged")
  func longError() async throws {
    struct Long: Error, CustomStringConvertible { let description = String(repeating: "x", count: 1 << 20) }
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer)
    try service.pages.add("long") { _ in throw Long() }
    let answer = try await service.get("/debug/long")
    #expect(answer.status == 500 && answer.body.utf8.count < 100)
    #expect(
      lines.withLock { $0.map(\.utf8.count) }.allSatisfy { $0 < 5000 } && lines.withLock { $0.count } == 1)
  }

  @Test("of the host are waited for a second, while the pool runs nothing")
  func stuckPool() async throws {
    let clock = ManualClock()
    let gate = Gate()
    let service = try Service(timer: clock) {
      Self.own(&$0)
      $0.hostRouteDeadline = .seconds(30)
      $0.poolPatience = .milliseconds(500)
      $0.poolDelay = { .seconds(3) }
    }
    try service.pages.add("queue") { _ in await gate.pass() }
    let asked = Task { try await service.get("/debug/queue") }
    #expect(await eventually { gate.visits == 1 && clock.pendingCalls >= 1 })
    clock.advance(by: .seconds(1))
    #expect(try await asked.value.status == 503)
    #expect(try await service.get("/debug/build").status == 200)
    gate.open()
  }

  @Test("show times as people read them")
  func times() {
    let durations: [(Duration, String)] = [
      (.zero, "0 s"), (.seconds(-5), "0 s"), (.nanoseconds(1), "0 µs"), (.microseconds(1500), "1.5 ms"),
      (.milliseconds(999), "999 ms"), (.seconds(59), "59 s"), (.seconds(60), "1 min 0 s"),
      (.seconds(3599), "59 min 59 s"),
      (.seconds(3600), "1 h 0 min"), (.seconds(86_400 * 3), "3 d 0 h"),
    ]
    for (duration, text) in durations { #expect(ShownTime.duration(duration) == text) }
    #expect(ShownTime.duration(.seconds(Int64.max)).hasSuffix(" h"))
    #expect(ShownTime.moment(-1) == "before 1970" && ShownTime.moment(.max).hasPrefix("2262-"))
  }
}

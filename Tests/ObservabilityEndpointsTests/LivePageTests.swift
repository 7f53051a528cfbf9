// Who gets the live page, and what may it do there?

import EndpointMessages
@testable import ObservabilityEndpoints
import ObservabilityPlatform
import Testing

@Suite("The live page")
struct LivePageTests {
  private func service(_ configure: (inout EndpointSettings) -> Void = { _ in }) throws -> Service {
    try Service { settings in
      settings.hasLivePage = true
      settings.liveData = { query in Array("{\"range\":\"\(query["range"] ?? "")\"}".utf8) }
      configure(&settings)
    }
  }

  @Test("is for trusted addresses, and the plain page for others")
  func access() async throws {
    let service = try service()
    #expect(try await service.get("/").body.contains("<script>"))
    let plain = try await service.get("/", peer: stranger)
    #expect(plain.status == 200 && !plain.body.contains("<script"))
    #expect(try await service.get("/?live", peer: stranger).status == 403)
    #expect(try await service.get("/live-data?range=2h").body == "{\"range\":\"2h\"}")
    #expect(try await service.get("/live-data", peer: stranger).status == 403)
    #expect(try await service.get("/live-data", method: "POST").status == 405)
    // A page of somebody else's, which has the browser of somebody trusted ask.
    let rebound = try await service.get("/", headers: ["Host": "evil.example"], addsHost: false)
    #expect(!rebound.body.contains("<script"))
  }

  @Test("is for those whom the rule of its data admits")
  func rule() async throws {
    let open = try service { $0.access["/live-data"] = .everybody }
    #expect(try await open.get("/", peer: stranger).body.contains("<script>"))
    #expect(try await open.get("/live-data", peer: stranger).status == 200)
    let closed = try service { $0.access["/"] = .trusted }
    #expect(try await closed.get("/", peer: stranger).status == 403)
  }

  @Test("is not there without a history")
  func without() async throws {
    let service = try Service()
    #expect(try await !service.get("/").body.contains("<script"))
    #expect(try await service.get("/live-data").status == 404)
  }

  @Test("runs its own script and style and no other, and asks its own origin alone")
  func policy() async throws {
    let answer = try await service { $0.serviceName = "<b>&\"'" }.get("/")
    let policy = try #require(answer.headers["Content-Security-Policy"])
    #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe"))
    for (name, text) in [("script", LivePage.script), ("style", LivePage.style)] {
      #expect(answer.body.contains("<\(name)>\(text)</\(name)>"))
      let hash = Base64.encoded(SHA256.digest(Array(text.utf8)))
      #expect(policy.contains("\(name)-src 'sha256-\(hash)'"))
      #expect(!text.contains("</") && !text.contains("innerHTML") && !text.contains("eval("))
      #expect(!text.contains("http://") || text.components(separatedBy: "http://") == 2)
    }
    #expect(answer.body.contains("<h1>&lt;b&gt;&amp;&quot;&#39;</h1>"))
    // Attributes would need what the policy does not allow.
    #expect(!answer.body.contains(" style=") && !answer.body.contains(" onclick"))
  }

  @Test(
    "says what it has seen, so that it is told what changed while nobody looked, and loads itself again with reason"
  )
  func script() {
    #expect(
      LivePage.script.contains("'&seen='")
        && LivePage.script.contains("if (data && json.v > 1) return location.reload()"))
    #expect(LivePage.script.components(separatedBy: "location.reload") == 2)
  }

  @Test("takes at most 50 KB with its script and style")
  func size() async throws {
    #expect(try await service().get("/").body.utf8.count <= 50_000)
  }

  @Test(
    "finds its data below a prefix, with and without a slash at its end",
    arguments: [("", "/", "."), ("/internal", "/internal", "./internal"), ("/a/b", "/a/b/", ".")])
  func prefix(prefix: String, path: String, base: String) async throws {
    let answer = try await service { $0.pathPrefix = prefix }.get(path)
    #expect(answer.body.contains("<body data-base=\"\(base)\">"))
  }

  @Test("leaves its path to no route of the host's")
  func path() {
    var settings = EndpointSettings()
    settings.hasLivePage = true
    settings.hostRoutes = [EndpointRoute("/live-data") { _ in .text(200, "") }]
    #expect(settings.problem?.value == "/live-data")
    settings.hasLivePage = false
    #expect(settings.problem == nil)
  }

  @Test("may be switched off whatever is set about its data", arguments: [false, true])
  func rules(hasLivePage: Bool) {
    var settings = EndpointSettings()
    settings.hasLivePage = hasLivePage
    settings.access["/live-data"] = .everybody
    #expect(settings.problem == nil)
    settings.access["/live-datum"] = .everybody
    #expect(settings.problem?.value == "/live-datum")
  }
}

extension String {
  /// How many parts a mark divides the text into.
  fileprivate func components(separatedBy mark: String) -> Int { split(separator: mark).count }
}

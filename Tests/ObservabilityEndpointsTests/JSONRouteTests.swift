// What do the routes that answer in JSON show, and to whom?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
import MetricExposition
import MetricInstruments
@testable import ObservabilityEndpoints
import Testing

@Suite("The JSON routes")
struct JSONRouteTests {
  @Test(
    "answer trusted addresses only, whatever a request claims", arguments: ["/metrics.json", "/debug/vars"])
  func access(path: String) async throws {
    let service = try Service()
    #expect(try await service.get(path, peer: loopback).status == 200)
    #expect(try await service.get(path, peer: .unix).status == 200)
    #expect(
      try await service.get(path, peer: .ip([UInt8](repeating: 0, count: 15) + [1], port: 1)).status == 200)
    for peer in [stranger, .unknown] {
      for headers in [
        [:], ["X-Forwarded-For": "127.0.0.1"], ["Forwarded": "for=127.0.0.1"],
        ["Authorization": "Basic dTpw"],
        ["Host": "localhost"],
      ] as [EndpointFields] {
        let answer = try await service.get(path, headers: headers, peer: peer)
        #expect(answer.status == 403)
        #expect(answer.type == "text/plain; charset=utf-8" && answer.headers["WWW-Authenticate"] == nil)
        #expect(!answer.body.contains("{"))
      }
    }
    let elsewhere = try Service { $0.trust = Trust(networks: []) }
    #expect(try await elsewhere.get(path, peer: loopback).status == 403)
    #expect(try await elsewhere.get(path, method: "HEAD", peer: loopback).status == 403)
  }

  @Test("have the type and headers of a document that changes", arguments: ["/metrics.json", "/debug/vars"])
  func headers(path: String) async throws {
    let answer = try await Service().get(path)
    #expect(answer.type == "application/json")
    #expect(answer.headers["Cache-Control"] == "no-store")
    #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
    #expect(answer.body.hasPrefix("{") && answer.body.hasSuffix("}\n"))
  }

  @Test("answer with metrics, those of collectors too, and can be limited to families")
  func metrics() async throws {
    let service = try Service()
    try service.registry.register(.counter("a_total", help: "A.")).increment()
    _ = try service.registry.register(.gauge("b", help: ""))
    try service.registry.add(
      CollectorTests.Fixed(name: "c", familyNames: ["c"]) {
        [CollectedFamily("c", .gauge, help: "", value: .nan)]
      })
    let all = try await service.get("/metrics.json").body
    #expect(all.contains("\"mail_a_total\":{\"help\":\"A.\",\"type\":\"counter\",\"value\":1}"))
    #expect(all.contains("\"c\":{\"help\":\"\",\"type\":\"gauge\",\"value\":null}"))
    #expect(all.contains("\"mail_collector_success\":{"))
    let one = try await service.get("/metrics.json?name[]=mail_a_total").body
    #expect(one == "{\n\"mail_a_total\":{\"help\":\"A.\",\"type\":\"counter\",\"value\":1}\n}\n")
    #expect(try await service.get("/metrics.json?name[]=nothing").body == "{}\n")
  }

  @Test("answer with variables under their own names, and /metrics with the numbers under legal ones")
  func variables() async throws {
    let service = try Service()
    #expect(try await service.get("/debug/vars").body == "{}\n")
    try service.variables.integer("mail/queue/putCount", "Puts.").add(3)
    try service.variables.string("mail/version").set("1.0")
    #expect(
      try await service.get("/debug/vars").body
        == "{\n\"mail/queue/putCount\": 3,\n\"mail/version\": \"1.0\"\n}\n")
    #expect(
      try await service.get("/metrics?name[]=mail_queue_putCount").body
        == "# HELP mail_queue_putCount Puts.\n# TYPE mail_queue_putCount untyped\nmail_queue_putCount 3\n")
    #expect(!(try await service.get("/metrics").body.contains("version")))
  }

  @Test("come whole when they are larger than one part")
  func streamed() async throws {
    let service = try Service()
    let family = try service.registry.register(.counter("x_total", help: ""), byBounded: "n", limit: 50_000)
    for number in 0..<50_000 { family["series with number \(number)"].increment(by: number) }
    let body = try await service.get("/metrics.json?name[]=mail_x_total").body
    #expect(body.utf8.count > 1 << 20)
    #expect(body.hasSuffix("}}}\n}\n"))
    #expect(body.split(separator: "series with number ").count == 50_001)
  }

  @Test("take a slot of their own form, give it back, and are counted by their form")
  func slots() async throws {
    let forms = Locked<[ExpositionForm]>([])
    var observer = EndpointObserver()
    observer.scraped = { record in forms.withLock { $0.append(record.form) } }
    let service = try Service(observer: observer) { $0.maximumConcurrentScrapes = 1 }
    let gate = Gate()
    try service.registry.add(ScrapeTests.Waiting(gate: gate))
    async let scrape = service.get("/metrics")
    await gate.entered()
    // What asks no collector waits for none, and one form has no slot of another's.
    #expect(try await service.get("/debug/vars").status == 200)
    async let document = service.get("/metrics.json")
    gate.open()
    #expect(try await scrape.status == 200)
    #expect(try await document.status == 200)
    #expect(forms.withLock { Set($0) } == [.text, .json, .variables])
    for path in ["/metrics", "/debug/vars", "/metrics.json"] {
      #expect(try await service.get(path).status == 200)
    }
    _ = try await service.get("/metrics", headers: ["Accept": "application/openmetrics-text"])
    #expect(forms.withLock { Array($0.dropFirst(3)) } == [.text, .variables, .json, .openMetrics])
  }
}

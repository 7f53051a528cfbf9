// Can a route of the host hurt anybody but itself?

import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilityEndpoints
import TestSupport
import Testing

@Suite("A route of the host", .timeLimit(.minutes(30)))
struct HostRouteTests {
  struct Broken: Error, CustomStringConvertible { let description = "broken\nhunter2\n" }

  @Test("answers GET and HEAD whom it is for, and is counted under one name")
  func answers() async throws {
    let service = try Service {
      $0.hostRoutes = [
        EndpointRoute("/version", for: .everybody) { .text(201, "\($0.method) \($0.query["q"] ?? "-")") },
        EndpointRoute("/users") { _ in .text(200, "alice") },
      ]
    }
    #expect(try await service.get("/version?q=1", peer: stranger).body == "GET 1")
    #expect(try await service.get("/version", method: "HEAD", peer: stranger).status == 201)
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
      #expect(try await service.get("/version", method: method).status == 405)
    }
    #expect(try await service.get("/version", method: "OPTIONS").status == 204)
    #expect(try await service.get("/version/x").status == 404)
    #expect(try await service.get("/users").body == "alice")
    #expect(try await service.get("/users", peer: stranger).status == 403)
    #expect(try await service.get("/users", headers: ["Host": "attacker.example"]).status == 403)
    #expect(try await service.get("/users", headers: ["X-Forwarded-For": "127.0.0.1"]).status == 403)
    let request = try EndpointRequest(target: "/users")
    #expect(service.endpoints.countedName(of: request) == "host")
    #expect(!service.endpoints.isProbe(request))
    #expect(service.endpoints.answerAtOnce(request) == nil)
  }

  @Test("that throws is answered with 500, and the log alone learns why")
  func throwing() async throws {
    let lines = Locked<[String]>([])
    var observer = EndpointObserver()
    observer.log = { line in lines.withLock { $0.append(line) } }
    let service = try Service(observer: observer) {
      $0.hostRoutes = [
        EndpointRoute("/x", for: .everybody) { _ in throw Broken() },
        EndpointRoute("/c", for: .everybody) { _ in throw CancellationError() },
      ]
    }
    let answer = try await service.get("/x")
    #expect(answer.status == 500)
    #expect(!answer.body.contains("hunter2"))
    #expect(try await service.get("/c").status == 500)
    let seen = lines.withLock { $0 }
    #expect(seen.count == 2)
    #expect(seen.first == "the route /x failed: broken\nhunter2\n")
  }

  @Test("that hangs is late, holds no other route, and is not asked without end")
  func hanging() async throws {
    let clock = ManualClock()
    let gate = Gate()
    let service = try Service(timer: clock) {
      $0.hostRouteDeadline = .seconds(30)
      $0.hostRoutes = [
        EndpointRoute("/hangs", for: .everybody) { _ in
          await gate.pass()
          return .text(200, "late")
        },
        EndpointRoute("/works", for: .everybody) { _ in .text(200, "works") },
      ]
    }
    let asked = (0..<16).map { _ in Task { try await service.get("/hangs") } }
    #expect(await eventually { gate.visits == 16 })
    let refused = try await service.get("/hangs")
    #expect(refused.status == 503 && refused.headers["Retry-After"] == "1")
    #expect(try await service.get("/works").body == "works")
    #expect(await eventually { clock.pendingCalls >= 16 })
    clock.advance(by: .seconds(31))
    for task in asked { #expect(try await task.value.status == 503) }
    // They are late, and still there: asked again, they would only become more.
    #expect(try await service.get("/hangs").status == 503)
    #expect(gate.visits == 16)
    gate.open()
    #expect(await eventually { (try? await service.get("/hangs").body) == "late" })
  }

  @Test("whose stream nobody waits for any more is told so")
  func lateStream() async throws {
    let clock = ManualClock()
    let (gate, finished) = (Gate(), Flag())
    let service = try Service(timer: clock) {
      $0.hostRoutes = [
        EndpointRoute("/s", for: .everybody) { _ in
          await gate.pass()
          let stream = EndpointBodyStream(next: { nil }, finished: { finished.set() })
          return EndpointResponse(status: 200, body: .stream(stream))
        }
      ]
    }
    let asked = Task { try await service.get("/s") }
    await gate.entered()
    #expect(await eventually { clock.pendingCalls >= 1 })
    clock.advance(by: .seconds(31))
    #expect(try await asked.value.status == 503)
    gate.open()
    #expect(await eventually { finished.isSet })
  }

  @Test("is let go when whoever asks has gone")
  func cancelled() async throws {
    let (begun, isCancelled) = (Flag(), Flag())
    let service = try Service {
      $0.hostRoutes = [
        EndpointRoute("/x", for: .everybody) { _ in
          begun.set()
          await withTaskCancellationHandler {
            _ = await eventually { isCancelled.isSet }
          } onCancel: {
            isCancelled.set()
          }
          return .text(200, "")
        }
      ]
    }
    let asked = Task { try await service.get("/x") }
    #expect(await eventually { begun.isSet })
    asked.cancel()
    #expect(await eventually { isCancelled.isSet })
    #expect(try await asked.value.status == 503)
  }
}

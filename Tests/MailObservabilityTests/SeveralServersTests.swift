// Does each of several servers of one collector tell the truth about itself, and do its metrics?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Several servers of one collector", .timeLimit(.minutes(30)))
struct SeveralServersTests {
  /// What a server is told, by the number of the server: the first mention starts it, the second drains it, the third
  /// ends it.
  static let orders: [[Int]] = {
    func continued(_ left: [Int]) -> [[Int]] {
      if left.allSatisfy({ $0 == 0 }) { return [[]] }
      return left.indices.filter { left[$0] > 0 }.flatMap { server -> [[Int]] in
        var next = left
        next[server] -= 1
        return continued(next).map { [server] + $0 }
      }
    }
    // Of three servers the orders that differ most; all of them are tried on the registry.
    let three = [
      [0, 1, 2, 0, 1, 2, 0, 1, 2], [0, 1, 2, 2, 1, 0, 0, 1, 2], [0, 1, 2, 1, 1, 0, 0, 2, 2],
      [0, 0, 1, 1, 2, 2, 0, 1, 2], [0, 1, 1, 1, 2, 0, 0, 2, 2], [2, 2, 1, 0, 2, 1, 1, 0, 0],
    ]
    return continued([3, 3]) + three
  }()

  private func get(_ path: String, _ address: String) async throws -> Reply {
    try #require(await onThread { HTTPClient.get(path, at: address) })
  }

  private struct Running {
    let server: ObservabilityServer
    let address: String
    let isChecked: Bool
    var drain: Task<Void, Never>?
    /// Connections that are held open to it.
    var held: [Int32] = []
  }

  @Test("answers for itself after every step of every order of start, drain and end", arguments: orders)
  func matrix(order: [Int]) async throws {
    let metrics = try MetricsCollector()
    var running: [Int: Running] = [:]
    for (step, number) in order.enumerated() {
      if let current = running[number], let drain = current.drain {
        await current.server.shutdown(gracePeriod: .zero)
        await drain.value
        for descriptor in current.held { close(descriptor) }
        running[number] = nil
      } else if let current = running[number] {
        let server = current.server
        running[number]?.drain = Task {
          await server.shutdown(gracePeriod: .seconds(600), delay: .seconds(600))
        }
        // The drain begins on the server's thread.
        let address = current.address
        var asked = 0
        while asked < 10_000, try await get("/ready", address).status == 200 { asked += 1 }
      } else {
        var config = MetricsConfig.patient
        if number == 1 { config.executorThreshold = nil }
        let server = try await metrics.startHTTPServer(config)
        let address = try #require(server.boundAddress)
        var started = Running(server: server, address: address, isChecked: number != 1)
        let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
        for _ in 0...number {
          let descriptor = streamSocket()
          #expect(withLoopbackAddress(port: port) { connect(descriptor, $0, $1) }.result == 0)
          started.held.append(descriptor)
        }
        running[number] = started
      }
      for (number, current) in running {
        let context = "server \(number) of \(order) after step \(step)"
        let isDraining = current.drain != nil
        #expect(try await get("/ready", current.address).status == (isDraining ? 503 : 200), "\(context)")
        let live = try await get("/live?verbose", current.address).body
        #expect(live == (current.isChecked ? "[+]executor ok\n" : "") + "live check passed\n", "\(context)")
        let verbose = try await get("/health?verbose", current.address).body
        #expect(verbose.contains("\"draining\":\(isDraining),"), "\(context)")
        let name = "rusmes_observability_http_connections"
        let scrape = try await get("/metrics?name[]=\(name)", current.address).body
        let value = scrape.split(separator: "\n").first { $0.hasPrefix(name + " ") }?.split(separator: " ")
          .last
        // Those that are held, that of the scrape, and perhaps one that has just ended.
        let connections = try #require(value.flatMap { Int($0) }, "\(context): \(scrape)")
        if !isDraining { #expect((number + 2...number + 4).contains(connections), "\(context)") }
      }
    }
  }

  @Test("is started drained when the host has said so, and only the host takes it back")
  func hostDrains() async throws {
    let metrics = try MetricsCollector()
    metrics.health.setDraining(true)
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    #expect(try await get("/ready", address).status == 503)
    metrics.health.setDraining(false)
    #expect(try await get("/ready", address).status == 200)
    await server.shutdown()
  }
}

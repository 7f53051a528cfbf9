// Does each of several servers of one collector tell the truth about itself, and do its metrics?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Several servers of one collector", .timeLimit(.minutes(30)))
struct SeveralServersTests {
  /// What a server is told, by the number of the server: the first mention starts it, the second drains it, the third
  /// ends it.
  static func orders(of count: Int) -> [[Int]] {
    func continued(_ left: [Int]) -> [[Int]] {
      if left.allSatisfy({ $0 == 0 }) { return [[]] }
      return left.indices.filter { left[$0] > 0 }.flatMap { server -> [[Int]] in
        var next = left
        next[server] -= 1
        return continued(next).map { [server] + $0 }
      }
    }
    return continued(Array(repeating: 3, count: count))
  }

  /// Orders that begin alike are the same until they part, and are looked at once.
  private static let lookedAt = Locked<Set<[Int]>>([])
  /// How many orders are gone through at once.
  private static let lanes = 4

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

  /// Of two servers every order; of three as many as there is time for, with `TEST_ROUNDS=21` every one as well.
  @Test(
    "answers for itself after every step of every order of start, drain and end",
    arguments: 0..<lanes, [SeededGenerator.seed])
  func matrix(lane: Int, seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let (two, three) = (Self.orders(of: 2), Self.orders(of: 3).shuffled(using: &random))
    #expect(two.count == 20 && three.count == 1680)
    let orders = two + three.prefix(80 * SeededGenerator.rounds)
    for place in stride(from: lane, to: orders.count, by: Self.lanes) { try await goThrough(orders[place]) }
  }

  private func goThrough(_ order: [Int]) async throws {
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
      let isNew = Self.lookedAt.withLock { $0.insert(Array(order[...step])).inserted }
      for (number, current) in running where isNew {
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

// Is a pool that is busy told from one that is stuck?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("A collector that comes to run late")
struct PoolPatienceTests {
  /// A pool that runs what it is handed when the test says so.
  private final class SlowPool: Sendable {
    private let waiting = Locked<[@Sendable () -> Void]>([])

    var count: Int { waiting.withLock { $0.count } }

    func launch(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
      let isDue = Gate()
      waiting.withLock { $0.append { isDue.open() } }
      return Task {
        await isDue.pass()
        await body()
      }
    }

    func runAll() {
      let all = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      for run in all { run() }
    }
  }

  private struct Host: Collector {
    let name = "host"
    func collect() async -> [CollectedFamily] { [CollectedFamily("host", .gauge, help: "", value: 1)] }
  }

  private let clock = ManualClock()
  private let pool = SlowPool()
  private let lines = Locked<[String]>([])
  private let service: Service

  init() throws {
    var observer = EndpointObserver()
    observer.log = { [lines] line in lines.withLock { $0.append(line) } }
    service = try Service(observer: observer, timer: clock) { [clock, pool] settings in
      settings.poolPatience = .milliseconds(500)
      settings.now = { clock.elapsed }
      settings.launch = { pool.launch($0) }
    }
    try service.registry.add(Host())
  }

  /// Whether a scrape shows the collector's value when the pool comes to run it after `delay`.
  private func isShown(after delay: Duration) async throws -> Bool {
    async let scrape = service.get("/metrics")
    // For the scrape's next look.
    let isAsked = await eventually { [clock, pool] in pool.count == 1 && clock.pendingCalls == 1 }
    #expect(isAsked)
    clock.advance(by: delay)
    pool.runAll()
    let body = try await scrape.body
    // The run goes on without a scrape that has given up.
    let hasReturned = await eventually { [clock] in clock.pendingCalls == 0 }
    #expect(hasReturned)
    let isShown = body.contains("\nhost 1\n")
    #expect(body.contains("mail_collector_success{collector=\"host\"} \(isShown ? 1 : 0)\n"))
    return isShown
  }

  @Test("loses one scrape when the pool becomes busy, and no more while it stays so")
  func busy() async throws {
    #expect(try await isShown(after: .zero))
    #expect(try await isShown(after: .milliseconds(499)))
    #expect(try await !isShown(after: .milliseconds(1500)))
    for _ in 0..<5 { #expect(try await isShown(after: .milliseconds(1500))) }
    // Calm again.
    #expect(try await isShown(after: .zero))
    #expect(try await !isShown(after: .milliseconds(500)))
    let said = lines.withLock { $0 }
    #expect(said.count == 2)
    #expect(said.allSatisfy { $0.hasPrefix("collector host: was not waited for: ") })
  }

  @Test("is given two seconds at the most, whatever came before")
  func most() async throws {
    #expect(try await !isShown(after: .seconds(10)))
    for _ in 0..<3 {
      #expect(try await isShown(after: .milliseconds(1999)))
      #expect(try await !isShown(after: .milliseconds(2000)))
    }
  }
}

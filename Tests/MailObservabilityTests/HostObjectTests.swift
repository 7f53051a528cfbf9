// Is what a host's closure holds let go of with nothing locked, so that its end may call back?

import HealthProbes
@testable import MailObservability
import MetricInstruments
import TestSupport
import Testing

@Suite("An object of the host's that a closure or a collector holds")
struct HostObjectTests {
  /// Calls back when nobody holds it any more.
  final class Owner: Sendable {
    private let end: @Sendable () -> Void
    init(_ end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
    func value() -> Double { 1 }
  }

  struct Host: Collector {
    let name = "host"
    let owner: Owner
    func collect() async throws -> [CollectedFamily] { [] }
  }

  enum Holder: CaseIterable {
    case closure, collector, source, check

    func keep(_ owner: Owner, in metrics: MetricsCollector) throws {
      switch self {
      case .closure: try metrics.registry.gauge("kept", help: "") { owner.value() }
      case .collector: try metrics.registry.add(Host(owner: owner))
      case .source: metrics.setPerDomainSource { [("example.com", Int(owner.value()))] }
      case .check: try metrics.health.add(HealthCheck("kept") { owner.value() == 1 ? .pass : .fail("") })
      }
    }

    func letGo(in metrics: MetricsCollector) {
      switch self {
      case .closure: metrics.registry.unregister("kept")
      case .collector: metrics.registry.removeCollector(named: "host")
      case .source: metrics.setPerDomainSource { [] }
      case .check: metrics.health.remove("kept")
      }
    }
  }

  @Test("may call whatever let go of it, and all else, when it ends", arguments: Holder.allCases)
  func end(holder: Holder) async throws {
    let metrics = try MetricsCollector()
    let hasEnded = Flag()
    try holder.keep(
      Owner { [weak metrics] in
        guard let metrics else { return }
        for holder in Holder.allCases { holder.letGo(in: metrics) }
        try? metrics.registry.gauge("another", help: "") { 2 }
        hasEnded.set()
      }, in: metrics)
    let isBack = Flag()
    Task {
      await onThread { holder.letGo(in: metrics) }
      isBack.set()
    }
    #expect(await eventually { isBack.isSet })
    #expect(hasEnded.isSet)
  }
}

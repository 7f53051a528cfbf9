// Does the factory work where hosts install it?

#if SwiftMetrics
  import MailObservability
  import MailObservabilitySwiftMetrics
  import Metrics
  import MetricInstruments
  import Testing

  @Suite("Installation of SwiftMetrics")
  struct InstallationTests {
    /// A process bootstraps once.
    private static let installed: Registry? = {
      guard let registry = try? Registry(namespace: "installed"),
        let factory = try? RegistryMetricsFactory(registry)
      else { return nil }
      MetricsSystem.bootstrap(factory)
      return registry
    }()

    @Test("for the whole process")
    func bootstrapped() async throws {
      let registry = try #require(InstallationTests.installed)
      let counter = CoreMetrics.Counter(label: "process.hits", dimensions: [("a", "1")])
      counter.increment()
      CoreMetrics.Timer.measure(label: "process.lookup") {}
      #expect(await registry.value("installed_process_hits_total", ["a": "1"]) == 1)
      #expect(await registry.value("installed_process_lookup_seconds_count") == 1)
      counter.destroy()
      #expect(await registry.value("installed_process_hits_total", ["a": "1"]) == nil)
    }

    @Test("for a task and its children")
    func taskLocal() async throws {
      let fixture = try Fixture()
      await withMetricsFactory(fixture.factory) {
        CoreMetrics.Counter(label: "hits").increment()
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<3 { group.addTask { CoreMetrics.Counter(label: "hits").increment() } }
        }
      }
      CoreMetrics.Counter(label: "hits").increment()
      #expect(await fixture.registry.value("hits_total") == 4)
    }

    @Test("twice on one registry: the series are the same")
    func twice() async throws {
      let registry = try Registry()
      for _ in 0..<2 {
        let factory = try RegistryMetricsFactory(registry)
        CoreMetrics.Counter(label: "hits", factory: factory).increment()
      }
      #expect(await registry.value("hits_total") == 2)
    }
  }
#endif

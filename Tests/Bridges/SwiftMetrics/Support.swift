// What do the tests of the factory share?

#if SwiftMetrics
  import MailObservability
  import MailObservabilitySwiftMetrics
  import MetricInstruments
  import ObservabilityPlatform

  /// A factory on a registry of its own, and what it logs.
  struct Fixture {
    let registry: Registry
    let factory: RegistryMetricsFactory
    private let log = Locked<[String]>([])

    init(
      constantLabels: KeyValuePairs<String, String> = [:], namespace: String = "",
      _ change: (inout RegistryMetricsFactory.Configuration) -> Void = { _ in }
    ) throws {
      registry = try Registry(namespace: namespace, constantLabels: constantLabels)
      var configuration = RegistryMetricsFactory.Configuration()
      change(&configuration)
      configuration.log = { [log] message in log.withLock { $0.append(message.text) } }
      factory = try RegistryMetricsFactory(registry, configuration)
    }

    var messages: [String] { log.withLock { $0 } }

    func lost(_ reason: String) async -> Double? {
      await registry.value("observability_swift_metrics_lost_total", ["reason": reason])
    }

    /// The lines of a scrape that are about one metric, without those about types and help.
    func samples(_ prefix: String, _ format: Registry.TextFormat = .prometheus) async -> [String] {
      await registry.text(format).split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }
  }

  /// What a log was told, and a factory for a logger that records.
  final class Texts: Sendable {
    private let texts = Locked<[String]>([])
    private let installed = Locked<RegistryMetricsFactory?>(nil)

    var factory: RegistryMetricsFactory? {
      get { installed.withLock { $0 } }
      set { installed.withLock { $0 = newValue } }
    }

    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
  }
#endif

// What would a scrape say, for a test or a tool without a server?

import MetricExposition
public import MetricInstruments
import ObservabilityEndpoints
import ObservabilityPlatform

extension Registry {
  /// A form of the exposition.
  public enum TextFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0, which alone shows exemplars.
    case openMetrics
    /// One JSON object: name → help, type, value.
    case json
  }

  /// Everything that a scrape would show now: the metrics, and what collectors and closures return within 10 seconds.
  ///
  /// Called from within a collector or a closure of this registry, what those return is left out. May be called from any
  /// thread.
  public func text(_ format: TextFormat = .prometheus) async -> String {
    await text(format, timer: TaskSleepTimer())
  }

  /// The value of one sample, by its exported name and its labels in any order; nil when a scrape would not show it.
  ///
  /// ```swift
  /// let mails = await metrics.registry.value("mx_smtp_commands_total", ["command": "mail"])
  /// let quick = await metrics.registry.value("mx_list_lookup_seconds_bucket", ["le": "0.1"])
  /// ```
  ///
  /// A histogram has samples with the ends `_count`, `_sum` and `_bucket`, the last of which takes its bound as `le`; an
  /// info has the value 1, and a state of a state set 1 or 0. Constant labels of the registry may be left out. Collectors and closures are asked as by ``text(_:)``. Finding
  /// one sample is as slow as a scrape of its family. May be called from any thread.
  public func value(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) async -> Double? {
    await gather(within: Registry.limit, timer: TaskSleepTimer(), names: [name])
      .value(of: name, labels: labels.map { (name: $0.key, value: $0.value) }, constants: constantLabels)
  }

  private static let limit = Duration.seconds(10)

  func text(_ format: TextFormat, timer: any OneShotTimer) async -> String {
    let metrics = await gather(within: Registry.limit, timer: timer)
    let form: ExpositionForm =
      switch format {
      case .prometheus: .text
      case .openMetrics: .openMetrics
      case .json: .json
      }
    return ExpositionFormat(form).text(of: metrics)
  }
}

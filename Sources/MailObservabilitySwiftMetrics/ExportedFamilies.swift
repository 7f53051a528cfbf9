// Which metric is a label of swift-metrics, and what becomes of labels for which there is none?

#if SwiftMetrics
  import CoreMetrics
  import MailObservability
  import MetricInstruments
  import ObservabilityPlatform

  /// Why recordings have no series.
  enum LossReason: String, ClosedLabel {
    /// There are as many labels as there may be.
    case labelLimit = "label_limit"
    /// The name belongs to another metric.
    case conflict
  }

  /// The metrics of a factory, by the labels that libraries know them by.
  final class ExportedFamilies: Sendable {
    private enum Target {
      case counters(ExportedFamily<MetricInstruments.Counter>)
      case gauges(ExportedFamily<MetricInstruments.Gauge>)
      case histograms(ExportedFamily<Histogram>)
      case lost(LossReason)
    }

    private struct Key: Hashable {
      let label: LabelText
      let kind: InstrumentKind
    }

    private struct Named {
      let target: Target
      let kind: InstrumentKind
      /// The first label of the name.
      let label: String
    }

    private struct State {
      var byLabel: [Key: Target] = [:]
      var byName: [LabelText: Named] = [:]
      var isFull = false
    }

    private let registry: Registry
    private let configuration: RegistryMetricsFactory.Configuration
    private let buckets: [LabelText: BucketBounds]
    private let lost: ClosedFamily<MetricInstruments.Counter, LossReason>
    private let state = Locked(State())

    init(
      _ registry: Registry, _ configuration: RegistryMetricsFactory.Configuration
    ) throws(RegistrationError) {
      self.registry = registry
      self.configuration = configuration
      buckets = Dictionary(
        configuration.buckets.map { (ExportedName.key($0.key), $0.value) }, uniquingKeysWith: { $1 })
      lost = try registry.register(
        .counter(
          "observability_swift_metrics_lost_total",
          help: "Recordings through swift-metrics under labels that have no metric, by reason."),
        by: ("reason", LossReason.self))
    }

    // MARK: - Handles

    typealias AnyCounter = CounterHandler & FloatingPointCounterHandler
    typealias AnyGauge = MeterHandler & RecorderHandler

    func counter(_ label: String, _ dimensions: [(String, String)]) -> any AnyCounter {
      let (target, labels) = target(label, dimensions, .counter)
      guard case .counters(let family) = target else { return lostHandle(target) }
      return CounterHandle(family, labels)
    }

    func gauge(_ label: String, _ dimensions: [(String, String)]) -> any AnyGauge {
      let (target, labels) = target(label, dimensions, .gauge)
      guard case .gauges(let family) = target else { return lostHandle(target) }
      return GaugeHandle(family, labels)
    }

    func recorder(_ label: String, _ dimensions: [(String, String)]) -> any RecorderHandler {
      let (target, labels) = target(label, dimensions, .recorder)
      guard case .histograms(let family) = target else { return lostHandle(target) }
      return HistogramHandle(family, labels)
    }

    func timer(_ label: String, _ dimensions: [(String, String)]) -> any TimerHandler {
      let (target, labels) = target(label, dimensions, .timer)
      guard case .histograms(let family) = target else { return lostHandle(target) }
      return HistogramHandle(family, labels)
    }

    private func lostHandle(_ target: Target) -> LostHandle {
      guard case .lost(let reason) = target else { return LostHandle(lost[.conflict]) }
      return LostHandle(lost[reason])
    }

    // MARK: - Metrics

    private func target(
      _ label: String, _ dimensions: [(String, String)], _ kind: InstrumentKind
    ) -> (Target, labels: [(String, String)]) {
      let key = Key(label: ExportedName.key(label), kind: kind)
      var messages: [String] = []
      let target = state.withLock { state in
        state.byLabel[key] ?? add(key, label, &state, &messages)
      }
      // The host's code, so nothing is locked.
      for message in messages { configuration.log(LogMessage(.warning, message)) }
      let labels = ExportedName.labels(dimensions, beside: registry.constantLabels.names)
      return (target, labels)
    }

    private func add(_ key: Key, _ label: String, _ state: inout State, _ messages: inout [String]) -> Target
    {
      guard state.byLabel.count < configuration.labelLimit else {
        if !state.isFull {
          messages.append(
            "swift-metrics: \(state.byLabel.count) labels have metrics, the limit; further ones have none: "
              + shown(label))
        }
        state.isFull = true
        return .lost(.labelLimit)
      }
      let name = registry.fullName(ExportedName.metric(label, key.kind))
      let target: Target
      if let named = state.byName[LabelText(name)] {
        target = merged(shown(label), key.kind, with: named, name, &messages)
      } else {
        target = registered(name, key, shown(label), &messages)
        if case .lost = target {
        } else {
          state.byName[LabelText(name)] = Named(target: target, kind: key.kind, label: shown(label))
        }
      }
      state.byLabel[key] = target
      return target
    }

    /// A label, or what a line of a log has room for.
    private func shown(_ label: String) -> String {
      label.utf8.count <= ExportedName.longest ? label : ExportedName.key(label).text
    }

    private func merged(
      _ label: String, _ kind: InstrumentKind, with named: Named, _ name: String, _ messages: inout [String]
    ) -> Target {
      guard named.kind == kind else {
        messages.append(
          "swift-metrics: \(label) has no metric: \(named.label) is \(name) already, as a \(named.kind)")
        return .lost(.conflict)
      }
      messages.append("swift-metrics: \(label) and \(named.label) are both \(name)")
      return named.target
    }

    private func registered(
      _ name: String, _ key: Key, _ label: String, _ messages: inout [String]
    ) -> Target {
      guard !isOwn(name) else {
        messages.append("swift-metrics: \(label) has no metric: \(name) would be one of the library's own")
        return .lost(.conflict)
      }
      let help = "\(label), by swift-metrics."
      do throws(RegistrationError) {
        switch key.kind {
        case .counter: return .counters(try family(.counter(name, help: help)))
        case .gauge: return .gauges(try family(.gauge(name, help: help)))
        case .recorder, .timer: return .histograms(try histograms(name, help, key, &messages))
        }
      } catch {
        messages.append("swift-metrics: \(label) has no metric: \(error)")
        return .lost(.conflict)
      }
    }

    /// What the library says of itself is registered when it begins, which may be after others have recorded: a name that
    /// was taken by then would keep the export of spans from starting.
    private func isOwn(_ name: String) -> Bool {
      let prefix = registry.namespace.isEmpty ? "" : registry.namespace + "_"
      return name.utf8.starts(with: (prefix + "observability_").utf8)
    }

    private func histograms(
      _ name: String, _ help: String, _ key: Key, _ messages: inout [String]
    ) throws(RegistrationError) -> ExportedFamily<Histogram> {
      let isTimer = key.kind == .timer
      let others = isTimer ? configuration.timerBuckets : configuration.recorderBuckets
      let fallback = isTimer ? .latency : RegistryMetricsFactory.Configuration().recorderBuckets
      for bounds in [buckets[key.label], others].compactMap({ $0 }) {
        do throws(RegistrationError) {
          return try family(.histogram(name, help: help, unit: isTimer ? "seconds" : "", buckets: bounds))
        } catch {
          guard error.code == .invalidBounds else { throw error }
          messages.append("swift-metrics: \(error); other buckets take their place")
        }
      }
      return try family(.histogram(name, help: help, unit: isTimer ? "seconds" : "", buckets: fallback))
    }

    private func family<Child>(
      _ declaration: MetricDeclaration<Child>
    ) throws(RegistrationError) -> ExportedFamily<Child> {
      ExportedFamily(
        try registry.registerSparse(
          declaration, limit: configuration.seriesLimit, idleTimeout: nil, isNamedElsewhere: true))
    }
  }
#endif

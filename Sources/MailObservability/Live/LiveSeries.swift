// Which series does the history keep?

import MetricExposition
import MetricInstruments
import ProcessMetrics

/// A series of the history, and how its value is read: from an instrument of the library's own, at once.
struct HistorySource: Sendable {
  let kind: HistoryKind
  /// NaN where there is no value.
  let read: @Sendable () -> Double
}

/// The series that are kept, and the charts that show them.
struct LiveSeries: Sendable {
  private(set) var sources: [HistorySource] = []
  private(set) var histograms: [HistoryHistogram] = []
  private(set) var charts: [LiveChart] = []

  /// What each column of the history is: the sources, and behind them the buckets.
  var kinds: [HistoryKind] {
    sources.map(\.kind) + histograms.flatMap { [HistoryKind](repeating: .bucket, count: $0.buckets) }
  }

  /// - Parameter poolDelay: how long the cooperative pool has run nothing.
  init(_ metrics: MetricsCollector, poolDelay: @escaping @Sendable () -> Duration) {
    addFlow(metrics)
    addQueue(metrics)
    addConnections(metrics)
    addLogins(metrics)
    addMachine(metrics, poolDelay)
    addLibrary(metrics)
    addLatencies(metrics)
  }

  // MARK: - Parts

  private mutating func line(
    _ name: String, _ kind: HistoryKind, scale: Double = 1, _ read: @escaping @Sendable () -> Double
  ) -> LiveLine {
    sources.append(HistorySource(kind: kind, read: read))
    return LiveLine(name: name, column: sources.count - 1, scale: scale)
  }

  private mutating func counter(_ name: String, _ counters: [Counter]) -> LiveLine {
    line(name, .counter) { counters.reduce(0) { $0 + $1.value } }
  }

  private mutating func gauge(_ name: String, _ gauge: Gauge) -> LiveLine {
    line(name, .gauge) { gauge.isSet ? gauge.value : .nan }
  }

  private mutating func addFlow(_ metrics: MetricsCollector) {
    let deferring: [DeliveryResult] = [.temporaryFailure, .timeout, .error]
    let deferred = RecipientKind.allCases.flatMap { kind in
      deferring.map { metrics.delivery.attempts[kind, $0] }
    }
    charts.append(
      LiveChart(
        "flow", in: .flow, "Messages", unit: "a second",
        [
          counter("accepted", [metrics.smtp.messagesReceived]),
          counter("delivered", [metrics.mail.delivered]), counter("deferred", deferred),
          counter("bounced", [metrics.mail.bounced]), counter("dropped", [metrics.mail.dropped]),
        ]))
    var lines: [LiveLine] = []
    for reason in SMTPMessageRejection.allCases {
      lines.append(counter(reason.rawValue.spaced, [metrics.smtp.messagesRejected[reason]]))
    }
    charts.append(LiveChart("rejected", in: .flow, "Rejected, by reason", unit: "a second", lines))
    lines = []
    for reason in DeliveryFailure.allCases {
      lines.append(counter(reason.rawValue.spaced, [metrics.delivery.failures[reason]]))
    }
    charts.append(LiveChart("failures", in: .flow, "Failed deliveries, by reason", unit: "a second", lines))
  }

  private mutating func addQueue(_ metrics: MetricsCollector) {
    var lines: [LiveLine] = []
    for state in QueueState.allCases { lines.append(gauge(state.rawValue, metrics.queue.messages[state])) }
    charts.append(LiveChart("queue", in: .flow, "The queue, by state", unit: "messages", lines))
    charts.append(
      LiveChart(
        "age", in: .flow, "The oldest message of the queue", unit: "seconds",
        [gauge("age", metrics.queue.oldestMessageAge)]))
  }

  private mutating func addConnections(_ metrics: MetricsCollector) {
    var lines: [LiveLine] = []
    for name in MailProtocol.allCases { lines.append(gauge(name.rawValue, metrics.connections.active[name])) }
    charts.append(LiveChart("connections", in: .people, "Open connections", unit: "connections", lines))
    charts.append(
      LiveChart(
        "commands", in: .people, "Commands", unit: "a second",
        [
          counter("smtp", SMTPCommand.allCases.map { metrics.smtp.commands[$0] }),
          counter("imap", [metrics.imap.commands]), counter("jmap", [metrics.jmap.requests]),
          counter(
            "turned away", SMTPConnectionRejection.allCases.map { metrics.smtp.connectionsRejected[$0] }),
        ]))
  }

  private mutating func addLogins(_ metrics: MetricsCollector) {
    var lines: [LiveLine] = []
    let attempts = metrics.authentication.attempts
    for name in MailProtocol.allCases {
      lines.append(
        counter(
          name.rawValue, [attempts[name, .failure], attempts[name, .rateLimited], attempts[name, .error]]))
    }
    charts.append(LiveChart("logins", in: .who, "Failed logins, by protocol", unit: "a second", lines))
  }

  private mutating func addMachine(
    _ metrics: MetricsCollector, _ poolDelay: @escaping @Sendable () -> Duration
  ) {
    let pulse = ProcessPulse()
    charts.append(
      LiveChart(
        "processor", in: .machine, "Processor time", unit: "cores",
        [line("in use", .counter) { pulse.processorSeconds }]))
    charts.append(
      LiveChart(
        "memory", in: .machine, "Memory", unit: "MiB",
        [line("resident", .gauge, scale: 1 / 1_048_576) { pulse.residentBytes }]))
    charts.append(
      LiveChart(
        "descriptors", in: .machine, "Open descriptors", unit: "descriptors",
        [line("open", .gauge) { pulse.descriptors }]))
    charts.append(
      LiveChart(
        "executor", in: .machine, "Delay of the Swift executor", unit: "milliseconds",
        [line("delay", .gauge, scale: 1000) { poolDelay() / .seconds(1) }]))
    charts.append(
      LiveChart(
        "store", in: .machine, "The mail store", unit: "MiB",
        [
          line("size", .gauge, scale: 1 / 1_048_576) {
            [bytes = metrics.storage.bytes] in bytes.value
          }
        ]))
  }

  private mutating func addLibrary(_ metrics: MetricsCollector) {
    let registry = metrics.registry
    let scrapes = metrics.own.scrapes
    charts.append(
      LiveChart(
        "losses", in: .library, "What could not be recorded as asked", unit: "a second",
        [
          line("under other: a family was full", .counter) { registry.losses.overflow },
          line("refused values", .counter) { registry.losses.rejected },
        ]))
    charts.append(
      LiveChart(
        "scrapes", in: .library, "Scrapes", unit: "a second",
        [line("answered", .counter) { ExpositionForm.allCases.reduce(0) { $0 + scrapes[$1].value } }]))
  }

  /// The last, since their columns come behind all others.
  private mutating func addLatencies(_ metrics: MetricsCollector) {
    func add(_ id: String, _ title: String, _ members: [Histogram]) {
      let column = sources.count + histograms.reduce(0) { $0 + $1.buckets }
      histograms.append(HistoryHistogram(members, at: column))
      charts.append(LiveChart(id, in: .people, title, unit: "milliseconds", histogram: histograms.count - 1))
    }
    add(
      "smtp", "Time to answer an SMTP command", SMTPCommand.allCases.map { metrics.smtp.commandDuration[$0] })
    add(
      "imap", "Time to answer an IMAP command", IMAPCommand.allCases.map { metrics.imap.commandDuration[$0] })
    add("processing", "Time to process a message", [metrics.mail.processingLatency])
  }
}

extension String {
  /// The value of a label as words.
  fileprivate var spaced: String { String(map { $0 == "_" ? " " : $0 }) }
}

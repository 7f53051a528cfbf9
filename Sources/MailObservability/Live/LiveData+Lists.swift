// Who is it, what is there room for, and which traces are worth a look?

import HealthProbes
import MetricExposition
import MetricInstruments
import ObservabilityPlatform
import ProcessMetrics
import TraceSpans

/// A trace of which the page tells in one line.
struct LiveTrace: Sendable {
  private let id: String
  /// In seconds since 1970, and in milliseconds; nil while it is active.
  private let start: Double
  private let duration: Double?
  private let name: String
  private let hasErrors: Bool

  init(_ trace: RecentTrace) {
    id = trace.context.traceID.description
    start = Double(trace.start) / 1e9
    duration = trace.end.map { (Double($0) - Double(trace.start)) / 1e6 }
    name = LiveText.shown("\(trace.family): \(trace.name)", atMost: 60)
    hasErrors = trace.hasErrors
  }

  func write(to json: inout JSONText) {
    json.object { json in
      json.key("id")
      json.string(id)
      json.key("at")
      json.number((start * 1000).rounded() / 1000)
      json.key("ms")
      if let duration { json.rounded(duration) } else { json.null() }
      json.key("name")
      json.string(name)
      json.key("error")
      json.bool(hasErrors)
    }
  }
}

extension LiveData {
  /// How many rows a list has at the most.
  private static let mostRows = 5
  private static let mostTraces = 6

  func writeLists(_ report: HealthReport, to json: inout JSONText) {
    let lists: [(section: LiveSection, title: String, rows: [(String, String)])] = [
      (.people, "Connections and limits", connectionRows),
      (.who, "Sender domains, last hour", rows(top.senderDomains)),
      (.who, "Recipient domains, last hour", rows(top.recipientDomains)),
      (.who, "Accounts by failed logins", rows(top.failedLogins)),
      (.who, "Networks that refused mail", rows(top.rejectingNetworks)),
      (.machine, "Room", roomRows(report)),
      (.library, "In the registry", [("series", "\(registry.seriesCount)")]),
    ]
    json.key("lists")
    json.array { json in
      for list in lists where !list.rows.isEmpty {
        json.object { json in
          json.key("section")
          json.string(list.section.rawValue)
          json.key("title")
          json.string(list.title)
          json.key("rows")
          json.array { json in
            for (name, value) in list.rows {
              json.array { json in
                json.string(LiveText.shown(name, atMost: 40))
                json.string(value)
              }
            }
          }
        }
      }
    }
  }

  func writeTraces(to json: inout JSONText) {
    json.key("traces")
    json.array { json in for trace in notableTraces { trace.write(to: &json) } }
  }

  private func rows(_ list: TopList) -> [(String, String)] {
    list.top(LiveData.mostRows).map { ($0.name, "\($0.count)") }
  }

  private var connectionRows: [(String, String)] {
    MailProtocol.allCases.compactMap { name in
      let (active, limit) = (connections.active[name].value, connections.limit[name])
      guard limit.isSet || active != 0 else { return nil }
      let open = "\(Int(min(max(active, 0), 1e15)))"
      return (name.rawValue, limit.isSet ? "\(open) of \(Int(min(max(limit.value, 0), 1e15)))" : open)
    }
  }

  private func roomRows(_ report: HealthReport) -> [(String, String)] {
    let pulse = ProcessPulse()
    var rows: [(String, String)] = []
    if pulse.descriptors >= 0, pulse.descriptorLimit < 1e15 {
      rows.append(("descriptors", "\(Int(pulse.descriptors)) of \(Int(pulse.descriptorLimit))"))
    }
    for reading in report.checks.compactMap(\.reading).prefix(LiveData.mostRows) {
      let (free, size) = (Double(reading.availableBytes), Double(reading.sizeBytes))
      rows.append((reading.path, "\(LiveData.gibibytes(free)) of \(LiveData.gibibytes(size)) GiB free"))
    }
    return rows
  }

  private static func gibibytes(_ bytes: Double) -> String {
    "\((min(max(bytes, 0), 1e18) / 1_073_741_824 * 10).rounded() / 10)"
  }

  // MARK: - Traces

  /// Those with errors, and those of more than a second, the newest first.
  private var notableTraces: [LiveTrace] {
    guard let recent = tracing.tracer.recent else { return [] }
    return LiveData.newest(
      recent.families.flatMap { family -> [RecentTrace] in
        var traces: [RecentTrace] = []
        if family.errors > 0 { traces += recent.traces(of: family.name, .errors) }
        for place in LatencyClass.bounds.indices
        where LatencyClass.bounds[place] >= 1_000_000_000 && family.classes[place] > 0 {
          traces += recent.traces(of: family.name, .latency(place))
        }
        return traces
      }, LiveData.mostTraces)
  }

  /// Those of which a part lies between two moments, in seconds since 1970.
  func traces(at start: Double, within seconds: Double) -> [LiveTrace] {
    guard let recent = tracing.tracer.recent else { return [] }
    let (first, last) = (start * 1e9, (start + seconds) * 1e9)
    let all = recent.families.flatMap { family -> [RecentTrace] in
      let latencies = LatencyClass.bounds.indices.map { RecentSelection.latency($0) }
      return ([.active, .newest, .errors] + latencies).flatMap { recent.traces(of: family.name, $0) }
    }
    return LiveData.newest(
      all.filter { trace in
        Double(trace.start) <= last && Double(trace.end ?? .max) >= first
      }, 12)
  }

  private static func newest(_ traces: [RecentTrace], _ limit: Int) -> [LiveTrace] {
    var seen: Set<String> = []
    return traces.sorted { $0.start > $1.start }
      .filter { seen.insert("\($0.context.traceID) \($0.context.spanID)").inserted }
      .prefix(limit).map { LiveTrace($0) }
  }
}

// Which boards does a host get?

import MailObservability
import MetricInstruments

/// The boards of a host, by its namespace and the groups that it exports.
struct BoardSet: Equatable, Sendable {
  let namespace: String
  let groups: Set<MetricGroup>
  let boards: [Board]
  /// The families of the host, without the namespace.
  let known: Set<String>
  /// The values that labels have from the start.
  let values: ClosedValues

  /// - Throws: ``RegistrationError`` when no metric can have such a namespace.
  init(namespace: String = "rusmes", groups: Set<MetricGroup> = .all) throws(RegistrationError) {
    self.namespace = namespace
    self.groups = groups
    // Asked of the catalogue itself, so that a name that it does not have is on no board.
    let metrics = try MetricsCollector(namespace: namespace, groups: groups)
    let prefix = namespace.isEmpty ? "" : namespace + "_"
    let names = metrics.registry.families.map(\.descriptor.name)
      .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    let known = Set(names).union(CollectedNames.names(groups))
    self.known = known
    var values = CollectedNames.values
    for family in metrics.registry.families where family.descriptor.name.hasPrefix(prefix) {
      guard let rows = family.closedValues else { continue }
      values[String(family.descriptor.name.dropFirst(prefix.count))] = rows
    }
    self.values = values
    boards = BoardSet.all.filter { !$0.name.groups.isDisjoint(with: groups) || $0.name.groups == .all }
      .map { $0.keeping(where: known.contains) }
      .filter { !$0.rows.isEmpty }
  }

  /// Names of the catalogue stand behind the variable, so that a board shows whichever namespace is there.
  var prefix: String { namespace.isEmpty ? "" : "${namespace}_" }

  static let all = [
    Board.overview, Board.delivery, Board.mailboxes, Board.queue, Board.security, Board.runtime,
  ]
}

/// Families that are no instruments: the library's own collectors return them at each scrape.
enum CollectedNames {
  static func names(_ groups: Set<MetricGroup>) -> Set<String> {
    var names: Set = [
      "health_check_status", "health_check_duration_seconds", "health_check_transitions_total",
      "health_maintenance", "health_draining", "probe_requests_total",
      "observability_http_connections", "observability_loop_busy_seconds_total",
      "observability_loop_longest_slice_seconds", "observability_loop_queue_length",
      "observability_spans_total", "observability_export_queue_spans", "observability_recent_traces_bytes",
      "observability_exports_total", "observability_export_duration_seconds",
      "collector_success", "collector_duration_seconds",
    ]
    if groups.contains(.mail) {
      names.formUnion(["top_sender_domain_messages", "top_recipient_domain_messages"])
    }
    if groups.contains(.storage) {
      names.formUnion(["filesystem_avail_bytes", "filesystem_size_bytes", "filesystem_files_free"])
    }
    return names
  }

  /// What their labels may be, and the usual codes of families that take any.
  static let values: ClosedValues = [
    "smtp_replies_total": rows(
      "code", "421 450 451 452 454 455 500 501 502 503 504 530 535 550 551 552 553 554"),
    "observability_http_requests_total": rows("code", "400 401 403 404 405 408 413 414 429 431"),
    "observability_spans_total": rows(
      "outcome",
      "not_sampled ended abandoned exported rejected dropped_queue dropped_export dropped_shutdown"),
    "observability_exports_total": rows("result", "success partial failure"),
    "probe_requests_total": rows("probe", "health ready live startup").flatMap { probe in
      rows("result", "pass fail").map { $0.merging(probe) { $1 } }
    },
  ]

  private static func rows(_ label: String, _ values: String) -> [[String: String]] {
    values.split(separator: " ").map { [label: String($0)] }
  }
}

extension FamilyCore {
  /// The labels of its series, when those are all that it will ever have.
  fileprivate var closedValues: [[String: String]]? {
    switch children {
    case .counters(.fixed(let series)): series.map { labels($0.labels.values) }
    case .gauges(.fixed(let series)): series.map { labels($0.labels.values) }
    case .histograms(.fixed(let series)): series.map { labels($0.labels.values) }
    default: nil
    }
  }

  private func labels(_ values: [String]) -> [String: String] {
    Dictionary(zip(descriptor.labelNames, values)) { $1 }
  }
}

// Is every panel where it may be, described, and about what there is?

import MailObservability
import MetricInstruments
import MetricParsing
import TestSupport
import Testing

@testable import mailobs

@Suite("The boards")
struct BoardTests {
  private let all: BoardSet

  init() throws { all = try BoardSet() }

  private func panels(_ set: BoardSet) -> [Panel] { set.boards.flatMap(\.rows).flatMap(\.panels) }

  @Test("are six, and answer for every group")
  func six() {
    #expect(all.boards.map(\.name) == BoardName.allCases)
    #expect(panels(all).count > 100)
  }

  @Test("stand in the grid without overlap, and without holes between the panels of a line")
  func grid() throws {
    for groups in [Set<MetricGroup>.all, [.imap], [.smtp], [.queue, .build], []] {
      for board in try BoardSet(groups: groups).boards {
        let places = BoardLayout.place(board.rows).map(\.position)
        var taken: Set<[Int]> = []
        for place in places {
          #expect(place.x >= 0 && place.width > 0 && place.x + place.width <= BoardLayout.columns)
          for x in place.x..<place.x + place.width {
            for y in place.y..<place.y + place.height {
              #expect(taken.insert([x, y]).inserted, "\(board.name)")
            }
          }
        }
        for line in Dictionary(grouping: places, by: \.y).values {
          #expect(line.reduce(0) { $0 + $1.width } == BoardLayout.columns, "\(board.name) at \(line[0].y)")
        }
      }
    }
  }

  @Test("say of every panel which question it answers, and what is normal")
  func described() {
    for panel in panels(all) {
      #expect(panel.description.contains("?") && panel.description.hasSuffix("."), "\(panel.title)")
      #expect(panel.description.utf8.count < 140, "\(panel.title): \(panel.description.utf8.count)")
      #expect(!panel.unit.isEmpty && panel.queries.allSatisfy { !$0.legend.isEmpty }, "\(panel.title)")
    }
    for board in all.boards {
      #expect(Set(board.rows.flatMap(\.panels).map(\.title)).count == board.rows.flatMap(\.panels).count)
    }
  }

  @Test("ask only for what the catalogue has, by labels that it has, and rate what only grows")
  func names() async throws {
    let known = try await Catalogue.read()
    for query in panels(all).flatMap(\.queries) + Annotation.all.map({ Query($0.expression, "{{instance}}") })
    {
      for use in Catalogue.uses(in: query.expression.text(prefix: "rusmes_")) {
        if use.name.hasPrefix("process_") || use.name == "up" { continue }
        guard let family = known[use.family] else {
          Issue.record("there is no \(use.name)")
          continue
        }
        for label in use.labels + Catalogue.grouping(in: query.expression.text) + query.legendLabels {
          #expect(
            family.labels.contains(label) || ["job", "instance", "le", "check"].contains(label)
              || Catalogue.uses(in: query.expression.text(prefix: "rusmes_")).contains {
                known[$0.family]?.labels.contains(label) == true
              }, "\(use.name) has no label \(label)")
        }
        #expect(
          (family.type == .counter || family.type == .histogram) == use.isRated, "\(query.expression.text)")
      }
    }
  }

  @Test("leave out what a host does not export", arguments: MetricGroup.allCases)
  func groups(_ group: MetricGroup) throws {
    let set = try BoardSet(groups: [group])
    let metrics = try MetricsCollector(groups: [group])
    let other = try MetricsCollector()
    let absent = Set(other.registry.families.map(\.descriptor.name))
      .subtracting(metrics.registry.families.map(\.descriptor.name))
    for query in panels(set).flatMap(\.queries) {
      #expect(
        !query.expression.families.contains { absent.contains("rusmes_" + $0) }, "\(query.expression.text)")
    }
    for board in set.boards where board.name != .overview && board.name != .runtime {
      #expect(board.name.groups.contains(group))
    }
    // Every host has these two, and links between what there is alone.
    #expect(set.boards.map(\.name).contains(.overview) && set.boards.map(\.name).contains(.runtime))
    for (_, bytes) in DashboardFiles.contents(set) {
      let text = String(decoding: bytes, as: UTF8.self)
      for name in BoardName.allCases where !set.boards.contains(where: { $0.name == name }) {
        #expect(!text.contains("/d/\(set.uid(name))?"))
      }
    }
  }

  @Test("have a panel for all that every group exports")
  func complete() {
    let used = Set(panels(all).flatMap(\.queries).flatMap(\.expression.families))
    for family in all.known where !used.contains(family) {
      #expect(BoardTests.unshown.contains { family.hasPrefix($0) }, "nothing shows \(family)")
    }
  }

  /// What no panel shows, since another family tells it or an operator does not ask for it.
  private static let unshown = [
    "imap_commands_total", "mta_sts_cache_", "messages_per_domain_total", "source_timestamp_seconds",
    "observability_loop_", "observability_http_connections", "observability_export_queue_spans",
  ]

  @Test("take any namespace as a variable, and none without one")
  func namespaces() throws {
    for namespace in ["rusmes", "acme"] {
      for (_, bytes) in DashboardFiles.contents(try BoardSet(namespace: namespace)) {
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"current\": {\"text\": \"\(namespace)\", \"value\": \"\(namespace)\"}"))
        #expect(!text.contains("\(namespace)_"))
      }
    }
    for (_, bytes) in DashboardFiles.contents(try BoardSet(namespace: "")) {
      #expect(!String(decoding: bytes, as: UTF8.self).contains("namespace}"))
    }
    #expect(throws: RegistrationError.self) { _ = try BoardSet(namespace: "no good") }
  }

  @Test("are found in the committed files as the command writes them")
  func committed() throws {
    let folder =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/") + "/dashboards/grafana/"
    for (name, bytes) in DashboardFiles.contents(all) {
      #expect(
        try ExpositionInput(.file(folder + name), .init(format: .text)).bytes == bytes,
        "\(name): run mailobs dashboards --output dashboards/grafana")
    }
  }
}

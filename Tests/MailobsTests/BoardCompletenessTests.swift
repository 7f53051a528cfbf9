// Does a host with some of the groups see all that it exports, and lead boards to each other only within a set?

import MailObservability
import Testing

@testable import mailobs

@Suite("The boards of some groups")
struct BoardCompletenessTests {
  private let all: BoardSet

  init() throws { all = try BoardSet() }

  private func panels(_ set: BoardSet) -> [Panel] { set.boards.flatMap(\.rows).flatMap(\.panels) }

  /// Every group alone, and every two.
  private static let choices: [Set<MetricGroup>] = MetricGroup.allCases.flatMap { first in
    MetricGroup.allCases.map { [first, $0] }
  }

  @Test("show every family that the boards of all groups show, and no part of what answers only as a whole")
  func complete() throws {
    let shown = Set(panels(all).flatMap(\.queries).flatMap(\.expression.families))
    let whole = Dictionary(grouping: panels(all).filter(\.needsAll), by: \.title).mapValues {
      $0[0].queries.count
    }
    #expect(!whole.isEmpty)
    for groups in Set(BoardCompletenessTests.choices) {
      let set = try BoardSet(groups: groups)
      let read = Set(panels(set).flatMap(\.queries).flatMap(\.expression.families))
      #expect(shown.intersection(set.known).subtracting(read).isEmpty, "\(groups)")
      for panel in panels(set) where panel.needsAll {
        #expect(panel.queries.count == whole[panel.title], "\(groups): \(panel.title)")
      }
    }
  }

  @Test("are found by addresses of their own, which Grafana takes")
  func identities() throws {
    var seen: Set<String> = []
    let namespaces = [
      "rusmes", "acme", "", "a", "Acme", "a:b", "overview", String(repeating: "n", count: 100),
    ]
    for namespace in namespaces {
      for groups in [Set<MetricGroup>.all, [.imap], [.imap, .jmap], []] {
        let set = try BoardSet(namespace: namespace, groups: groups)
        for board in set.boards {
          let uid = set.uid(board.name)
          #expect(seen.insert(uid).inserted, "\(uid) comes twice")
          #expect(uid.utf8.count <= 40 && uid.wholeMatch(of: /[a-zA-Z0-9_-]+/) != nil, "\(uid)")
        }
        let own = Set(set.boards.map { set.uid($0.name) })
        for (name, bytes) in DashboardFiles.contents(set) {
          for link in String(decoding: bytes, as: UTF8.self).matches(of: /\/d\/([^?"]*)/) {
            #expect(own.contains(String(link.output.1)), "\(name) leads to \(link.output.1)")
          }
        }
      }
    }
    #expect(all.uid(.overview) == "mailobs-overview" && all.titleSuffix == "")
    let acme = try BoardSet(namespace: "acme", groups: [.jmap, .imap])
    #expect(acme.titleSuffix == " (acme; imap, jmap)")
    #expect(try BoardSet(namespace: "acme").uid(.queue) == "mailobs-acme-queue")
  }

  @Test("lead on from every panel but those of the last board")
  func next() {
    for board in all.boards where board.name != .runtime {
      for panel in board.rows.flatMap(\.panels) {
        #expect(panel.next != nil && panel.next != board.name, "\(board.name): \(panel.title)")
      }
    }
  }
}

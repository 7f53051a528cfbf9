// Can the curves of a panel be told apart, and does a colour mean the same everywhere?

import MailObservability
import Testing

@testable import mailobs

@Suite("The colours of boards")
struct BoardColourTests {
  private let all: BoardSet
  private var panels: [Panel] { all.boards.flatMap(\.rows).flatMap(\.panels).filter(\.kind.isGraph) }

  init() throws { all = try BoardSet() }

  private func colours(_ title: String) throws -> [String: String] {
    let panel = try #require(panels.first { $0.title == title })
    return Dictionary(panel.colours(all.values)) { $1 }
  }

  @Test("give no two curves of a panel one colour")
  func distinct() {
    for panel in panels {
      let colours = panel.colours(all.values)
      #expect(Set(colours.map(\.colour)).count == colours.count, "\(panel.title)")
    }
    #expect(Set(Palette.colours).count == Palette.count)
    #expect(Palette.colours.allSatisfy { $0.wholeMatch(of: /#[0-9A-F]{6}/) != nil })
  }

  @Test("are fixed for every curve whose name is known, where there are no more of them than colours")
  func fixed() {
    for panel in panels {
      let names = Set(panel.queries.flatMap { $0.names(all.values) ?? [] })
      #expect(
        panel.colours(all.values).count == (names.count <= Palette.count ? names.count : 0), "\(panel.title)")
    }
  }

  @Test("say good, warning and bad of states and results")
  func meanings() throws {
    let deliveries = try colours("Deliveries")
    #expect(deliveries["delivered"] == Meaning.good.colour)
    #expect(deliveries["temporary_failure"] == Meaning.warning.colour)
    #expect(deliveries["permanent_failure"] == Meaning.bad.colour)
    let logins = try colours("Logins")
    #expect(logins["success"] == Meaning.good.colour && logins["error"] == Meaning.bad.colour)
    #expect(try colours("Sessions of clients")["no"] == Meaning.bad.colour)
    #expect(try colours("Queue")["deferred"] == Meaning.warning.colour)
  }

  @Test("are those of the place in the set for reasons, codes, protocols, and names of two labels")
  func places() throws {
    #expect(try colours("Open connections")["smtp"] == Palette.colours[0])
    #expect(try colours("Open connections")["imap"] == colours("Bytes of connections")["imap"])
    #expect(try colours("Replies that refuse, by code")["421"] == Palette.colours[0])
    #expect(try colours("Look-ups of aliases")["exists success"] == Palette.colours[0])
    let senders = try colours("SPF, DKIM, DMARC and ARC that do not pass")
    #expect(senders["SPF fail"] != nil && senders["SPF fail"] != senders["DKIM fail"])
  }
}

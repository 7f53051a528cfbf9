// Which boards does a command line ask for?

import MailObservability
import Testing

@testable import mailobs

@Suite("A command line that asks for boards")
struct BoardInvocationTests {
  @Test("names the folder, and may name a namespace and groups")
  func asked() throws {
    let all = DashboardRequest(output: "x", set: try BoardSet())
    #expect(try Invocation(["dashboards", "--output", "x"]) == .dashboards(all))
    let some = DashboardRequest(output: "y", set: try BoardSet(namespace: "acme", groups: [.imap, .build]))
    let words = ["dashboards", "--namespace=acme", "--groups", "build,imap", "--output=y"]
    #expect(try Invocation(words) == .dashboards(some))
    #expect(try Invocation(["dashboards", "-h"]) == .help(.dashboards))
  }

  @Test(
    "that is wrong is refused, with the reason",
    arguments: [
      (["dashboards"], "--output is missing"), (["dashboards", "--output="], "--output needs a folder"),
      (["dashboards", "--output", "x", "y"], "there is no operand, and not \"y\""),
      (["dashboards", "--output", "x", "--groups", "pop3"], "there is no group \"pop3\""),
      (["dashboards", "--output", "x", "--groups="], "there is no group \"\""),
      (["dashboards", "--output", "x", "--namespace", "a b"], "no metric has the namespace \"a b\""),
      (["dashboards", "--json"], "there is no option \"--json\""),
    ] as [([String], String)])
  func misused(_ arguments: [String], _ message: String) {
    do throws(UsageError) {
      _ = try Invocation(arguments)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(error.message == message)
    }
  }
}

// With which command line was the program started, as far as that may be shown?

import ObservabilityEndpoints

/// The options and arguments of a command line, without what may be a secret.
struct ShownFlags: Sendable {
  struct Flag: Sendable, Equatable {
    /// The option as it was written; empty for what belongs to none.
    let name: String
    /// Nil for an option without one.
    let value: String?
  }

  let program: String?
  private(set) var flags: [Flag] = []
  /// Arguments that are not looked at any more.
  let leftOut: Int
  private static let most = 1000

  /// - Parameter secrets: options whose values are secrets.
  init(_ commandLine: [String], secrets: Set<String>) {
    program = commandLine.first.map { SecretText.text($0) }
    var rest = commandLine.dropFirst().prefix(Self.most)
    leftOut = max(commandLine.count - 1 - Self.most, 0)
    let names = Set(secrets.map { $0.drop { $0 == "-" } })
    func shown(_ value: String, of name: String) -> String {
      names.contains(name.drop { $0 == "-" }) ? SecretText.blank : SecretText.value(value, named: name)
    }
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), argument.utf8.count > 1 else {
        flags.append(Flag(name: "", value: SecretText.text(argument)))
        continue
      }
      if let equals = argument.firstIndex(of: "=") {
        let name = String(argument[..<equals])
        flags.append(
          Flag(name: name, value: shown(String(argument[argument.index(after: equals)...]), of: name)))
      } else if let next = rest.first, !next.hasPrefix("-") || names.contains(argument.drop { $0 == "-" }) {
        flags.append(Flag(name: SecretText.text(argument), value: shown(next, of: argument)))
        rest.removeFirst()
      } else {
        flags.append(Flag(name: SecretText.text(argument), value: nil))
      }
    }
  }

  var page: DebugPage {
    var page = DebugPage("command line")
    guard let program else {
      page.note("The program has not said with which command line it was started.")
      return page
    }
    page.show("program", program)
    page.table("options", ["option", "value"], of: flags) { [$0.name, $0.value] }
    if leftOut > 0 { page.note("\(leftOut) more arguments are not shown.") }
    page.note("*** is in place of what is a secret, or may be one.")
    return page
  }
}

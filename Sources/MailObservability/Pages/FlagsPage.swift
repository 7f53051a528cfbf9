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
    let named = Set(secrets.map(Self.name))
    func shown(_ value: String, of name: String) -> String {
      named.contains(Self.name(name)) ? SecretText.blank : SecretText.value(value, named: name)
    }
    func isSecret(_ option: String) -> Bool {
      named.contains(Self.name(option)) || SecretName(option).isSecret
    }
    /// What begins with a dash behind an option: a secret may, unless it is the next option that has one.
    func isValue(_ next: String, of option: String) -> Bool {
      guard next.utf8.first == UInt8(ascii: "-") else { return true }
      if named.contains(Self.name(option)) { return true }
      return isSecret(option) && !isSecret(next) && !SecretName(next).isUser
    }
    while let argument = rest.popFirst() {
      guard argument.utf8.first == UInt8(ascii: "-"), argument.utf8.count > 1 else {
        flags.append(Flag(name: "", value: SecretText.text(argument)))
        continue
      }
      if let short = Self.shortOption(argument), named.contains(Self.name(short)) {
        // `-psecret`, in one.
        flags.append(Flag(name: short, value: SecretText.blank))
      } else if let equals = argument.utf8.firstIndex(of: UInt8(ascii: "=")) {
        let (name, value) = (argument[..<equals], argument[argument.utf8.index(after: equals)...])
        let shownName = SecretText.text(String(name))
        // A name that is cut, or more than one, such as a URL with a query.
        let isName = shownName.utf8.elementsEqual(name.utf8)
        flags.append(
          Flag(name: shownName, value: isName ? shown(String(value), of: shownName) : SecretText.blank))
      } else if let next = rest.first, isValue(next, of: argument) {
        let isDashed = next.utf8.first == UInt8(ascii: "-")
        flags.append(
          Flag(
            name: SecretText.text(argument), value: isDashed ? SecretText.blank : shown(next, of: argument)))
        rest.removeFirst()
      } else {
        flags.append(Flag(name: SecretText.text(argument), value: nil))
      }
    }
  }

  /// An option's name as it is compared: without dashes and case.
  private static func name(_ option: String) -> [UInt8] {
    option.utf8.drop { $0 == UInt8(ascii: "-") }.map { SecretName.isLetter($0) ? $0 | 0x20 : $0 }
  }

  /// The option of one letter that an argument begins with, and has more behind; nil for others.
  private static func shortOption(_ argument: String) -> String? {
    let bytes = argument.utf8.prefix(3)
    guard bytes.count == 3, let letter = bytes.dropFirst().first, letter != UInt8(ascii: "-"),
      bytes.last != UInt8(ascii: "=")
    else { return nil }
    return "-\(Unicode.Scalar(letter))"
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

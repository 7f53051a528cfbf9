// How do rules look in a file that Prometheus loads?

import MailObservability

/// Rules as YAML. Names, numbers and durations stand bare, expressions in blocks and all other text in quotes.
struct RuleText {
  private let book: RuleBook
  private(set) var text = ""

  /// Some files as one, since a file has its groups in one list.
  init(_ book: RuleBook, _ files: [RuleFile], command: String) {
    self.book = book
    for file in files { comment(file.head, indent: "") }
    comment("Written by `\(command)`.", indent: "")
    let groups = files.flatMap(\.groups)
    line(groups.isEmpty ? "groups: []" : "groups:")
    for group in groups { write(group) }
  }

  private mutating func line(_ text: String) { self.text += text + "\n" }

  private mutating func comment(_ text: String, indent: String) {
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) { line("\(indent)# \(part)") }
  }

  private mutating func write(_ group: RuleGroup) {
    line("  - name: \(book.namespace)-\(group.name)")
    line("    rules:")
    for rule in group.recording {
      if let text = rule.comment { comment(text, indent: "      ") }
      line("      - record: \(book.filled(rule.record))")
      expression(rule.expression)
      if !rule.labels.isEmpty {
        line("        labels:")
        for (name, value) in rule.labels.sorted(by: { $0.key < $1.key }) {
          line("          \(name): \(quoted(value))")
        }
      }
    }
    for rule in group.alerts {
      line("      - alert: \(rule.name)")
      expression(rule.expression)
      if let pending = rule.pending { line("        for: \(pending)") }
      line("        labels:")
      line("          severity: \(quoted(rule.severity.rawValue))")
      line("        annotations:")
      line("          summary: \(quoted(rule.summary))")
      line("          description: \(quoted(book.filled(rule.description)))")
      line("          runbook_url: \(quoted(book.runbooks + "#" + rule.name))")
    }
  }

  private mutating func expression(_ text: String) {
    let lines = book.filled(text).split(separator: "\n")
    guard lines.count > 1 else {
      line("        expr: \(lines.first.map { quoted(String($0)) } ?? "\"\"")")
      return
    }
    line("        expr: |-")
    for part in lines { line("          \(part)") }
  }

  /// Single quotes, in which nothing is an escape but the quote itself.
  private func quoted(_ text: String) -> String { "'" + text.replacingText("'", by: "''") + "'" }
}

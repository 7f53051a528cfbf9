// What does `mailobs rules` write, and where?

import MailObservability
import ObservabilityPlatform

/// What the command line asks for.
struct RulesRequest: Equatable, Sendable {
  var namespace = "rusmes"
  /// nil: the namespace.
  var job: String?
  var groups = Set<MetricGroup>.all
  var runbooks = "Sources/MailObservability/MailObservability.docc/Alerts.md"
  /// nil: the standard output, all in one.
  var folder: String?
  /// As resources of the Prometheus Operator, in place of Prometheus' own files.
  var asResources = false

  init() {}

  /// Reads the options; nil where help is asked for.
  init?(_ words: inout ArgumentReader) throws(UsageError) {
    while let word = words.next() {
      switch word {
      case .operand(let text): throw words.error("nothing is read: \"\(text.oneLine(atMost: 64))\"")
      case .option("--help"), .option("-h"):
        try words.noValue("--help")
        return nil
      case .option("--namespace"):
        namespace = try words.value("--namespace")
        guard RulesRequest.isName(namespace) else {
          throw words.error("no name can begin with \"\(namespace.oneLine(atMost: 64))\"")
        }
      case .option("--job"):
        let text = try words.value("--job")
        guard RulesRequest.isPlain(text) else {
          throw words.error(
            "a job is printable ASCII without quotes and backslashes: \"\(text.oneLine(atMost: 64))\"")
        }
        guard (try? Regex(text)) != nil else {
          throw words.error("this is no regular expression for jobs: \"\(text.oneLine(atMost: 64))\"")
        }
        job = text
      case .option("--groups"):
        groups = []
        for name in try words.value("--groups").split(separator: ",", omittingEmptySubsequences: false) {
          guard let group = MetricGroup(rawValue: String(name)) else {
            throw words.error("there is no group \"\(String(name).oneLine(atMost: 64))\"")
          }
          groups.insert(group)
        }
      case .option("--runbooks"):
        let text = try words.value("--runbooks")
        guard RulesRequest.isPlain(text), !text.contains("{{") else {
          throw words.error("this is no address of runbooks: \"\(text.oneLine(atMost: 64))\"")
        }
        runbooks = text
      case .option("--output"):
        let text = try words.value("--output")
        guard !text.isEmpty else { throw words.error("the folder has no name") }
        folder = text
      case .option("--kubernetes"):
        try words.noValue("--kubernetes")
        asResources = true
      case .option(let name): throw words.error("there is no option \"\(name.oneLine(atMost: 64))\"")
      }
    }
  }

  /// Letters, digits and underscores, and no digit first; a colon is for names that rules record.
  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
    return text.utf8.count <= 200
      && text.utf8.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || $0 == UInt8(ascii: "_")
      }
  }

  /// What stands as it is in a comment, in an expression and in a text of YAML.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 1_024
      && text.utf8.allSatisfy {
        0x20...0x7e ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }

  var book: RuleBook {
    RuleBook(namespace: namespace, job: job ?? namespace, groups: groups, runbooks: runbooks)
  }

  /// The command line that writes the same rules again, without the folder.
  var command: String {
    var words = ["mailobs rules --namespace \(namespace)"]
    if let job { words.append("--job '\(job)'") }
    if groups != .all { words.append("--groups \(groups.map(\.rawValue).sorted().joined(separator: ","))") }
    if runbooks != RulesRequest().runbooks { words.append("--runbooks '\(runbooks)'") }
    if asResources { words.append("--kubernetes") }
    return words.joined(separator: " ")
  }

  /// The names of the files and what is in them.
  var texts: [(name: String, text: String)] {
    let book = book
    // The operator refuses a resource without a group.
    return book.files.filter { !asResources || !$0.groups.isEmpty }.map { file in
      let text = RuleText(book, [file], command: command).text
      guard asResources else { return (file.name, text) }
      let resource = PrometheusRule(file: file.name, rules: text)
      return (resource.file, resource.text)
    }
  }

  /// Writes the rules.
  ///
  /// - Returns: why they could not be written; nil when they were.
  func write(to output: inout Output) -> String? {
    guard let folder else {
      if asResources {
        output.write(texts.map(\.text).joined(separator: "---\n").utf8)
        return nil
      }
      let book = book
      output.write(RuleText(book, book.files, command: command).text.utf8)
      return nil
    }
    do throws(OutputFailure) {
      let place = try OutputFolder(folder)
      for (name, text) in texts { output.line(try place.write(name, text.utf8)) }
    } catch {
      return error.reason
    }
    return nil
  }
}

// Are the spans of the library those that the convention for e-mail lists, with these attributes and no others?

@testable import MailObservability
import ObservabilityPlatform
import Testing
@testable import TraceSpans

@Suite("The convention for e-mail")
struct TraceConventionTests {
  private struct Row: Hashable, CustomStringConvertible {
    let span: String
    let attribute: String
    let type: String
    var description: String { "\(attribute) of \(span): \(type)" }
  }

  /// Each piece of work with everything that it may say, by the row of the convention.
  private static let works: [(row: String, work: MailSpan)] =
    [
      ("SMTP {command}", .smtp(.data, user: "bob@example.org")),
      ("IMAP {command}", .imap(.fetch, mailbox: "INBOX", user: "bob@example.org")),
      ("JMAP {method}", .jmap("Email/get", account: "bob@example.org", request: "r1")),
      (
        "mailet {name}",
        .mailet(
          "Spam", messageID: "<1@mx>", stage: "root", sender: "a@example.org", recipient: "b@example.org")
      ),
      ("queue wait", .queueWait(messageID: "<1@mx>")),
      ("bounce", .bounce(messageID: "<1@mx>", of: nil)),
      ("SMTP transaction", .transaction(.smtp, session: "1")),
      ("SMTP transaction", .transaction(.submission, session: "1")),
      ("IMAP transaction", .transaction(.imap, session: "1")),
      ("JMAP transaction", .transaction(.jmap, session: "1")),
    ]
    + [.local, .remote, .relay].map { method in
      ("deliver {method}", .delivery(method, domain: "example.org", messageID: "<1@mx>"))
    }

  private static func article() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let path = "\(root)/Sources/MailObservability/MailObservability.docc/ConventionForEMail.md"
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// The cells of the table below a heading.
  private static func table(_ heading: String) throws -> [[String]] {
    let lines = try article().split(separator: "\n", omittingEmptySubsequences: false)
    let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
    return section.filter { $0.hasPrefix("`") }.map { $0.split(separator: " | ").map(String.init) }
  }

  private static func names(in cell: String) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  private static func type(of value: TraceSpan.AttributeValue) -> String {
    switch value {
    case .string: "string"
    case .integer: "int"
    case .double: "double"
    case .boolean: "boolean"
    default: "array"
    }
  }

  @Test("lists what each span says of its work")
  func attributes() throws {
    let listed = try Self.table("Attributes").filter { $0[3] == "library" }.flatMap { cells in
      Self.names(in: cells[2]).map { Row(span: $0, attribute: Self.names(in: cells[0])[0], type: cells[1]) }
    }
    #expect(Set(listed).count == listed.count)
    let metrics = try MetricsCollector()
    var config = TracingConfig(serviceName: "mx1")
    config.exporter = .none
    try metrics.startTracing(config)
    var said: Set<Row> = []
    for (row, work) in Self.works {
      let span = metrics.tracing.startSpan(work)
      defer { span.end() }
      for attribute in try #require(span.recording).contents.attributes.attributes {
        said.insert(Row(span: row, attribute: attribute.key, type: Self.type(of: attribute.value)))
      }
    }
    #expect(Set(listed).subtracting(said) == [] && said.subtracting(listed) == [])
  }

  @Test("lists each span by its name, with its kind")
  func kinds() throws {
    let rows = try Self.table("Spans")
    let listed = Dictionary(rows.map { (Self.names(in: $0[0])[0], $0[1]) }) { first, _ in first }
    #expect(listed.count == rows.count)
    for (row, work) in Self.works {
      #expect(listed[row] == "\(work.kind)")
      let fixed = row.prefix { $0 != "{" }
      #expect(row.contains("{") ? work.name.hasPrefix(fixed) : work.name == row)
    }
  }

  @Test("names every kind of work, every protocol and every outcome that the labels of metrics have")
  func values() throws {
    let attributes = try Self.table("Attributes")
    func values(_ attribute: String) -> Set<String> {
      Set(attributes.filter { Self.names(in: $0[0]) == [attribute] }.flatMap { Self.names(in: $0[5]) })
    }
    let protocols: [MailProtocol] = [.smtp, .submission, .imap, .jmap]
    #expect(values("protocol").isSuperset(of: protocols.map(\.rawValue)))
    #expect(values("mail.delivery.result") == Set(DeliveryResult.allCases.map(\.rawValue)))
    #expect(values("delivery.method") == Set(MailSpan.DeliveryMethod.allCases.map(\.rawValue)))
    #expect(values("imap.outcome").isSuperset(of: IMAPResult.allCases.map(\.rawValue)))
  }
}

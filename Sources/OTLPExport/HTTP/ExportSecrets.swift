// Which texts may no log repeat?

/// The values of a request's header fields, and what follows a scheme in them, or the beginning of one where a text is cut.
/// What is shorter than six bytes stands in too many texts.
package struct ExportSecrets: Sendable {
  /// What is shorter is no secret.
  private static let shortest = 6

  private let texts: [String]

  package init(_ headers: [(String, String)]) {
    texts = headers.flatMap { field in
      let parts = field.1.split(separator: " ").map(String.init)
      return ([field.1] + parts.dropFirst()).filter { $0.utf8.count >= Self.shortest }
    }
  }

  /// A text of a collector's, or what is said in its place where one of them is in it.
  package func shown(_ text: String) -> String {
    texts.contains { text.contains($0) || Self.isCut(text, within: $0) }
      ? "(what it says has a header field's value in it)" : text
  }

  /// Whether a text was cut after some of a secret.
  private static func isCut(_ text: String, within secret: String) -> Bool {
    let ellipsis = "…"
    guard text.hasSuffix(ellipsis) else { return false }
    let (shown, secret) = (text.utf8.dropLast(ellipsis.utf8.count), secret.utf8)
    return (shortest..<max(shortest, secret.count)).contains { count in
      shown.suffix(count).elementsEqual(secret.prefix(count))
    }
  }
}

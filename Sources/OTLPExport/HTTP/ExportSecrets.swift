// Which texts may no log repeat?

/// The values of a request's header fields, and what follows a scheme in them. What is shorter than six bytes stands in
/// too many texts.
package struct ExportSecrets: Sendable {
  private let texts: [String]

  package init(_ headers: [(String, String)]) {
    texts = headers.flatMap { field in
      let parts = field.1.split(separator: " ").map(String.init)
      return ([field.1] + parts.dropFirst()).filter { $0.utf8.count >= 6 }
    }
  }

  /// A text of a collector's, or what is said in its place where one of them is in it.
  package func shown(_ text: String) -> String {
    texts.contains { text.contains($0) } ? "(what it says has a header field's value in it)" : text
  }
}

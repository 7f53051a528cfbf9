// How does a text that somebody else has written stay on one line of a log or a page?

extension String {
  /// The text with escapes, such as `\n`, for what would end a line or steer a terminal, and cut, with an
  /// ellipsis, where it has more bytes of UTF-8 than `limit`, which is at least 16. The description of an error
  /// may hold anything: a newline in it would forge a line, and a megabyte would be shown with every message.
  package func oneLine(atMost limit: Int) -> String {
    var text = self
    let isFit = text.withUTF8 { bytes in
      // What is not ASCII is looked at closely: line separators are among it.
      bytes.count <= limit && bytes.allSatisfy { 0x20..<0x7F ~= $0 }
    }
    guard !isFit else { return text }
    let ellipsis = "…"
    var line = ""
    /// Where the line is cut if more comes than there is room for.
    var cut = line.endIndex
    for scalar in text.unicodeScalars {
      line.unicodeScalars.append(contentsOf: scalar.onOneLine.unicodeScalars)
      guard line.utf8.count <= limit else { return line[..<cut] + ellipsis }
      if line.utf8.count <= limit - ellipsis.utf8.count { cut = line.endIndex }
    }
    return line
  }
}

extension Unicode.Scalar {
  /// Whether it ends lines, or changes how a terminal shows what comes after it, such as the marks of another
  /// direction of writing. What joins letters or emoji, or keeps them apart, does neither.
  package var steersTerminals: Bool {
    guard !properties.isJoinControl else { return false }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  fileprivate var onOneLine: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where steersTerminals: "\\u{\(String(value, radix: 16, uppercase: true))}"
    default: String(self)
    }
  }
}

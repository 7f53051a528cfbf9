// How does a text that somebody else has written stay on one line of a log?

/// The names and errors of a host's collectors and checks may hold anything, and may be of any length.
enum LogLine {
  /// The longest line, in bytes of UTF-8.
  static let maximumLength = 4096

  private static let ellipsis = "…"

  /// The text with escapes for what would end a line or steer a terminal, cut where it is too long.
  static func of(_ text: String) -> String {
    var text = text
    let isFit = text.withUTF8 { bytes in
      // What is not ASCII is looked at closely: line separators are among it.
      bytes.count <= maximumLength && bytes.allSatisfy { 0x20..<0x7F ~= $0 }
    }
    guard !isFit else { return text }
    var line = ""
    /// Where the line is cut if more comes than there is room for.
    var cut = line.endIndex
    for scalar in text.unicodeScalars {
      line.unicodeScalars.append(contentsOf: shown(scalar).unicodeScalars)
      guard line.utf8.count <= maximumLength else { return line[..<cut] + ellipsis }
      if line.utf8.count <= maximumLength - ellipsis.utf8.count { cut = line.endIndex }
    }
    return line
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    switch (scalar, scalar.properties.generalCategory) {
    case ("\n", _): "\\n"
    case ("\r", _): "\\r"
    case ("\t", _): "\\t"
    case (_, .control), (_, .lineSeparator), (_, .paragraphSeparator):
      "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: String(scalar)
    }
  }
}

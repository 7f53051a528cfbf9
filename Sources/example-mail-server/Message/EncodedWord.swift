// What does a header field say to a person? Its encoded words, decoded (RFC 2047).

import EndpointMessages

enum EncodedWord {
  /// The field's text with `=?charset?Q?…?=` decoded. Words with only blanks between them are one text, and a
  /// character may be cut between two of them. What cannot be decoded stays as it is.
  static func decode(_ field: String) -> String {
    let bytes = Array(field.utf8)
    var output = ""
    // Octets of adjacent words in one charset, not yet decoded.
    var run: (charset: Charset, bytes: [UInt8])?
    var plain = bytes[..<0]
    func endRun() {
      if let (charset, bytes) = run { output += charset.decode(bytes) }
      run = nil
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let start = rest.startIndex
      guard let word = word(&rest) else {
        rest.removeFirst()
        // A word is tried again at the next `=` only.
        rest = rest.drop { $0 != UInt8(ascii: "=") }
        plain = bytes[(plain.isEmpty ? start : plain.startIndex)..<rest.startIndex]
        continue
      }
      let isAdjacent = plain.trimmed.isEmpty
      if !isAdjacent || run == nil {
        endRun()
        output += plain.text
      }
      if run?.charset == word.charset {
        run?.bytes += word.bytes
      } else {
        endRun()
        run = word
      }
      plain = rest.prefix(0)
    }
    endRun()
    return output + plain.text
  }

  /// The encoded word at the front, taken away; nil, and nothing is taken, when there is none.
  private static func word(_ rest: inout ArraySlice<UInt8>) -> (charset: Charset, bytes: [UInt8])? {
    let mark = UInt8(ascii: "?")
    guard rest.starts(with: "=?".utf8, ignoringCase: false) else { return nil }
    let name = rest.dropFirst(2).prefix(64).prefix { $0 != mark && $0 != .space }
    let encoding = rest[name.endIndex...].dropFirst().first?.lowercased
    guard rest[name.endIndex...].first == mark, rest[name.endIndex...].dropFirst(2).first == mark else {
      return nil
    }
    let text = rest[name.endIndex...].dropFirst(3).prefix { $0 != mark && $0 != .space }
    guard rest[text.endIndex...].starts(with: "?=".utf8, ignoringCase: false),
      // A language may follow the charset (RFC 2231 section 5).
      let charset = Charset(name.prefix { $0 != UInt8(ascii: "*") }.text)
    else { return nil }
    let bytes: [UInt8]
    switch encoding {
    case UInt8(ascii: "q"): bytes = TransferEncoding.decodeQuotedPrintable(text, isHeader: true)
    case UInt8(ascii: "b"): bytes = Base64.decodeLeniently(text)
    default: return nil
    }
    rest = rest[text.endIndex...].dropFirst(2)
    return (charset, bytes)
  }
}

// What does SEARCH read in a message? Decoded text, without regard to case (RFC 3501 section 6.4.4).

import EndpointMessages

/// A message in one search: decoded at most once, however many keys ask for it.
final class IMAPSearchedMessage {
  let message: StoredMessage

  init(_ message: StoredMessage) { self.message = message }

  /// Names in lower case, and folded values.
  private(set) lazy var fields: [(name: String, value: [UInt8])] = message.header.fields.map { field in
    (
      name: field.name.asciiLowercased,
      value: Array(IMAPSearchedMessage.folded(EncodedWord.decode(field.value)).utf8)
    )
  }

  private(set) lazy var header: [UInt8] = Array(
    fields.map { Array("\($0.name): ".utf8) + $0.value }.joined(separator: CollectionOfOne(UInt8.lineFeed)))

  /// All text of the body, and the headers of its parts, line by line.
  private(set) lazy var body: [UInt8] = {
    var texts: [String] = []
    let top = MIMEPart(of: message.content)
    var open = [top]
    while let part = open.popLast() {
      if part.headerRange != top.headerRange {
        texts += part.header.fields.map { "\($0.name): \(EncodedWord.decode($0.value))" }
      }
      switch part.content {
      case .leaf: if let text = part.text(in: message.content) { texts.append(text) }
      case .multipart(let parts): open += parts.reversed()
      case .message(let inner): open.append(inner)
      }
    }
    return Array(IMAPSearchedMessage.folded(texts.joined(separator: "\n")).utf8)
  }()

  /// Text in a form in which case makes no difference.
  static func folded(_ text: String) -> String { text.lowercased() }
}

// Which parts of a mail are its text, and which are attachments? As RFC 8621 section 4.1.4 tells them apart.

import EndpointMessages

/// A part as JMAP sees it: what is in a message/rfc822 is no concern of its container.
struct JMAPBodyPart: Sendable {
  /// As IMAP numbers parts; nil for a multipart, which has no content of its own.
  let id: String?
  let part: MIMEPart
  let subParts: [JMAPBodyPart]

  init(_ part: MIMEPart, path: String = "") {
    self.part = part
    if case .multipart(let parts) = part.content {
      id = nil
      subParts = parts.enumerated().map { index, part in
        JMAPBodyPart(part, path: path.isEmpty ? "\(index + 1)" : "\(path).\(index + 1)")
      }
    } else {
      id = path.isEmpty ? "1" : path
      subParts = []
    }
  }

  var type: String { "\(part.type)/\(part.subtype)" }
  var isMultipart: Bool { id == nil }

  private var dispositionField: MIMEFieldValue? {
    part.header["Content-Disposition"].flatMap { MIMEFieldValue($0) }
  }
  var disposition: String? { dispositionField?.value }

  /// The name of the file.
  var name: String? {
    Self.decoded("filename", in: dispositionField?.parameters ?? [])
      ?? Self.decoded("name", in: part.parameters)
  }

  /// A parameter by the rules of RFC 2231, or by those of RFC 2047 that most mail follows instead.
  private static func decoded(_ name: String, in parameters: [MIMEFieldValue.Parameter]) -> String? {
    if let extended = parameters.first(where: { $0.name == name + "*" }) {
      let words = extended.value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
      if words.count == 3, let charset = Charset(words[0]) {
        return charset.decode(percentDecoded(Array(words[2].utf8)))
      }
    }
    return parameters.first { $0.name == name }.map { EncodedWord.decode($0.value) }
  }

  private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ $0.isDigit || $0.isLetter }),
        let value = UInt8(digits.text, radix: 16)
      {
        output.append(value)
        rest.removeFirst(2)
      } else {
        output.append(byte)
      }
    }
    return output
  }

  /// The octets before they were encoded for the way.
  func octets(of message: [UInt8]) -> [UInt8] { part.encoding.decode(message[part.bodyRange]) }

  /// This part and all below it.
  var all: [JMAPBodyPart] { [self] + subParts.flatMap(\.all) }
}

struct JMAPBody: Sendable {
  let structure: JMAPBodyPart
  private(set) var text: [JMAPBodyPart] = []
  private(set) var html: [JMAPBodyPart] = []
  private(set) var attachments: [JMAPBodyPart] = []

  init(of message: [UInt8]) {
    structure = JMAPBodyPart(MIMEPart(of: message))
    sort([structure], in: "mixed", isInAlternative: false, takesText: true, takesHTML: true)
  }

  /// The part of that id.
  func part(_ id: String) -> JMAPBodyPart? { structure.all.first { $0.id == id } }

  /// The algorithm of the RFC, with its names; what is in no alternative is read by clients of either kind.
  private mutating func sort(
    _ parts: [JMAPBodyPart], in multipartType: String, isInAlternative: Bool, takesText: Bool, takesHTML: Bool
  ) {
    var (takesText, takesHTML) = (takesText, takesHTML)
    let (textCount, htmlCount) = (text.count, html.count)
    for (index, part) in parts.enumerated() {
      let isMedia = ["image", "audio", "video"].contains(part.part.type)
      let isInline =
        part.disposition != "attachment" && (isMedia || ["text/plain", "text/html"].contains(part.type))
        && (index == 0 || multipartType != "related" && (isMedia || part.name == nil))
      if part.isMultipart {
        let type = part.part.subtype
        sort(
          part.subParts, in: type, isInAlternative: isInAlternative || type == "alternative",
          takesText: takesText, takesHTML: takesHTML)
      } else if !isInline {
        attachments.append(part)
      } else if multipartType == "alternative" {
        switch part.type {
        case "text/plain" where takesText: text.append(part)
        case "text/html" where takesHTML: html.append(part)
        default: attachments.append(part)
        }
      } else {
        if isInAlternative {
          if part.type == "text/plain" { takesHTML = false }
          if part.type == "text/html" { takesText = false }
        }
        if takesText { text.append(part) }
        if takesHTML { html.append(part) }
        if isMedia, !takesText || !takesHTML { attachments.append(part) }
      }
    }
    guard multipartType == "alternative", takesText, takesHTML else { return }
    // One of the two alone is for both kinds of client.
    if text.count == textCount {
      text += html[htmlCount...]
    } else if html.count == htmlCount {
      html += text[textCount...]
    }
  }

  /// What a list of mails shows of the text: its beginning, without markup and on one line.
  func preview(of message: [UInt8]) -> String {
    guard let first = text.first, let text = first.part.text(in: message) else { return "" }
    var preview = String.UnicodeScalarView()
    var isInTag = false
    var count = 0
    for scalar in text.unicodeScalars where count < 256 {
      if first.part.subtype == "html", scalar == "<" || isInTag {
        isInTag = scalar != ">"
      } else if scalar.properties.isWhitespace || scalar.value < 0x20 {
        if preview.last != " ", count > 0 {
          preview.append(" ")
          count += 1
        }
      } else {
        preview.append(scalar)
        count += 1
      }
    }
    return String(preview)
  }
}

/// A mail as it came, or one of its parts decoded.
struct JMAPBlob: Sendable {
  private let messageID: Int
  private let partID: String?

  /// `b12` or `b12-1-2`: an id may have no dots (RFC 8620 section 1.2).
  init?(id: some StringProtocol) {
    guard id.utf8.first == UInt8(ascii: "b") else { return nil }
    let words = id.dropFirst().split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let number = words.first.flatMap({ Int($0) }), number >= 0 else { return nil }
    messageID = number
    partID = words.count > 1 ? words[1].split(separator: "-").joined(separator: ".") : nil
  }

  static func id(of message: StoredMessage, part: String? = nil) -> String {
    "b\(message.id)" + (part.map { "-" + $0.split(separator: ".").joined(separator: "-") } ?? "")
  }

  /// nil when there is no such mail, or it has no such part.
  func octets(in mailboxes: [Mailbox]) -> [UInt8]? {
    guard let (_, message) = mailboxes.places(of: [messageID])[messageID] else { return nil }
    guard let partID else { return message.content }
    return JMAPBody(of: message.content).part(partID)?.octets(of: message.content)
  }
}

extension [Mailbox] {
  /// Where the mails of these ids are.
  func places(of ids: Set<Int>) -> [Int: (Mailbox, StoredMessage)] {
    var places: [Int: (Mailbox, StoredMessage)] = [:]
    for mailbox in self {
      for message in mailbox.messages where ids.contains(message.id) {
        places[message.id] = (mailbox, message)
      }
    }
    return places
  }
}

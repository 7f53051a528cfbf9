// What does a message say about itself? Its header fields, unfolded, and where its body begins (RFC 5322 2.2).

import EndpointMessages

struct MessageHeader: Sendable {
  struct Field: Sendable {
    let name: String
    /// Unfolded and trimmed.
    let value: String
    /// Where it stands in the message, its line end included.
    let range: Range<Int>
  }

  /// No more fields than this are read: a header made of a million lines is nobody's mail.
  static let maximumFields = 1000

  let fields: [Field]
  /// Behind the empty line; the message's length when there is none.
  let bodyStart: Int

  init(of message: [UInt8]) {
    var fields: [Field] = []
    var start = 0
    var bodyStart = message.count
    while start < message.count, fields.count < Self.maximumFields {
      var end = Self.endOfLine(in: message, from: start)
      if message[start..<end].allSatisfy({ $0 == .carriageReturn || $0 == .lineFeed }) {
        bodyStart = end
        break
      }
      while end < message.count, message[end].isWhitespace { end = Self.endOfLine(in: message, from: end) }
      if let colon = message[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start {
        let value = message[(colon + 1)..<end].filter { $0 != .carriageReturn && $0 != .lineFeed }
        fields.append(
          Field(name: message[start..<colon].trimmed.text, value: value.trimmed.text, range: start..<end))
      }
      start = end
    }
    self.fields = fields
    self.bodyStart = bodyStart
  }

  private static func endOfLine(in message: [UInt8], from start: Int) -> Int {
    message[start...].firstIndex(of: .lineFeed).map { $0 + 1 } ?? message.count
  }

  /// The first field of that name; names know no case.
  subscript(name: String) -> String? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8, by: { $0.lowercased == $1.lowercased }) }?.value
  }

  func count(of name: String) -> Int {
    fields.count { $0.name.asciiLowercased == name.asciiLowercased }
  }
}

/// One entry of an address list, as ENVELOPE and JMAP want it.
struct HeaderAddress: Sendable, Equatable {
  let name: String?
  let address: String

  var localPart: String { address.lastIndex(of: "@").map { String(address[..<$0]) } ?? address }
  var domain: String { address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) } ?? "" }

  /// Reads `Name <a@b>, "Last, First" <c@d>, e@f`; comments are left out, group syntax is flattened.
  static func list(_ text: String) -> [HeaderAddress] {
    var result: [HeaderAddress] = []
    var phrase: [UInt8] = []
    var address: [UInt8]?
    var isQuoted = false
    var isEscaped = false
    var commentDepth = 0
    func finish() {
      let name = phrase.trimmed.text
      if let address {
        result.append(HeaderAddress(name: name.isEmpty ? nil : name, address: address.trimmed.text))
      } else if name.contains("@") {
        result.append(HeaderAddress(name: nil, address: name))
      }
      phrase = []
      address = nil
    }
    var isInBrackets = false
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
        if commentDepth == 0 { phrase.append(byte) }
        continue
      }
      switch byte {
      case .backslash where isQuoted || commentDepth > 0: isEscaped = true
      case .quote where commentDepth == 0 && !isInBrackets: isQuoted.toggle()
      case _ where isQuoted: phrase.append(byte)
      case UInt8(ascii: "("): commentDepth += 1
      case UInt8(ascii: ")"): commentDepth = max(0, commentDepth - 1)
      case _ where commentDepth > 0: break
      case UInt8(ascii: "<"):
        isInBrackets = true
        address = []
      case UInt8(ascii: ">"): isInBrackets = false
      case _ where isInBrackets: address?.append(byte)
      case UInt8(ascii: ","), UInt8(ascii: ";"): finish()
      case UInt8(ascii: ":"): phrase = []
      default: phrase.append(byte)
      }
    }
    finish()
    return result
  }
}

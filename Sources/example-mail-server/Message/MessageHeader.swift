// What does a message say about itself? Its header fields, unfolded, and where its body begins (RFC 5322).

import EndpointMessages

struct MessageHeader: Sendable {
  struct Field: Sendable {
    let name: String
    /// Unfolded and trimmed, encoded words as they are.
    let value: String
    /// Where it stands in the message, its line end included.
    let range: Range<Int>
  }

  /// No more fields than this are read: a header made of a million lines is nobody's mail.
  static let maximumFields = 1000

  let fields: [Field]
  /// Behind the empty line; the end when there is none.
  let bodyStart: Int

  init(of message: [UInt8]) { self.init(of: message, in: 0..<message.count) }

  /// The header of what stands in `range`, such as a part; the fields' ranges are those of the whole message.
  init(of message: [UInt8], in range: Range<Int>) {
    let message = message[range]
    var fields: [Field] = []
    var start = range.lowerBound
    var bodyStart = range.upperBound
    while start < range.upperBound {
      var end = Self.endOfLine(in: message, from: start)
      if message[start..<end].allSatisfy({ $0 == .carriageReturn || $0 == .lineFeed }) {
        bodyStart = end
        break
      }
      while end < range.upperBound, message[end].isWhitespace { end = Self.endOfLine(in: message, from: end) }
      // The fields have an end, and the body is found however many there are.
      if fields.count < Self.maximumFields,
        let colon = message[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start
      {
        let value = message[(colon + 1)..<end].filter { $0 != .carriageReturn && $0 != .lineFeed }
        fields.append(
          Field(
            name: message[start..<colon].trimmed.text, value: Charset.text(ofUnlabelled: value.trimmed),
            range: start..<end))
      }
      start = end
    }
    self.fields = fields
    self.bodyStart = bodyStart
  }

  private static func endOfLine(in message: ArraySlice<UInt8>, from start: Int) -> Int {
    message.withUnsafeBufferPointer { bytes in
      var index = start - message.startIndex
      while index < bytes.count {
        if bytes[index] == .lineFeed { return message.startIndex + index + 1 }
        index += 1
      }
      return message.endIndex
    }
  }

  /// The first field of that name; names know no case.
  subscript(name: String) -> String? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8, by: { $0.lowercased == $1.lowercased }) }?.value
  }

  func count(of name: String) -> Int {
    fields.count { $0.name.asciiLowercased == name.asciiLowercased }
  }
}

extension MessageHeader {
  private static let identifierName = Array("message-id:".utf8)

  /// The value of `Message-ID`, found without reading the other fields; nil when the message has none.
  static func identifier(of message: [UInt8]) -> String? {
    var start = 0
    while start < message.count {
      let end = endOfLine(in: message[...], from: start)
      let line = message[start..<end]
      if line.first == .lineFeed || line.first == .carriageReturn { return nil }
      if line.starts(with: identifierName, ignoringCase: true) {
        let value = line.dropFirst(identifierName.count).trimmed
        if !value.isEmpty { return value.text }
        // Folded behind the name.
        guard end < message.count, message[end].isWhitespace else { return nil }
        return message[end..<endOfLine(in: message[...], from: end)].trimmed.text
      }
      start = end
    }
    return nil
  }
}

// How are the lists of `Accept` and its like read? (RFC 9110, section 12.5)
// By bytes, and only so far: what it costs must not grow with what a peer sends.

/// The entries of such a field.
package enum AcceptedMembers {
  /// How many of them are read, of all fields of a name together; what comes after is left out.
  package static let most = 32
  /// How many parameters of an entry are.
  static let mostParameters = 8
}

extension EndpointFields {
  /// The entries of all fields of a name, in order, without the empty ones.
  ///
  /// - Parameter name: in lower case.
  func forEachAccepted(_ name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    var read = 0
    bytes.withUnsafeBufferPointer { bytes in
      for position in positions
      where bytes.part(Int(position.nameStart), Int(position.nameEnd)).equalsIgnoringCase(name) {
        let list = bytes.part(Int(position.valueStart), Int(position.valueEnd))
        list.forEachPart(separatedBy: UInt8(ascii: ",")) { member in
          guard read < AcceptedMembers.most else { return false }
          read += 1
          body(member)
          return true
        }
      }
    }
  }
}

extension UnsafeBufferPointer where Element == UInt8 {
  /// The parts between separators that do not stand in a quoted string, trimmed, without the empty ones, until
  /// `body` says that it has enough.
  func forEachPart(separatedBy separator: UInt8, _ body: (UnsafeBufferPointer) -> Bool) {
    var start = 0
    var isQuoted = false
    var isEscaped = false
    for index in 0...count {
      if index < count {
        let byte = self[index]
        if isEscaped {
          isEscaped = false
          continue
        }
        if isQuoted, byte == UInt8(ascii: "\\") { isEscaped = true }
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if isQuoted || byte != separator { continue }
      }
      let part = part(start, index).trimmed()
      start = index + 1
      if !part.isEmpty, !body(part) { return }
    }
  }

  /// In thousandths, of at most three decimals between 0 and 1; nil for anything else (RFC 9110, section 12.4.2).
  var quality: Int? {
    guard let first, first == 48 || first == 49, count <= 5 else { return nil }
    guard count > 1 else { return first == 49 ? 1000 : 0 }
    guard self[1] == UInt8(ascii: ".") else { return nil }
    var value = Int(first - 48) * 1000
    var scale = 100
    for digit in dropFirst(2) {
      guard digit.isDigit else { return nil }
      value += Int(digit - 48) * scale
      scale /= 10
    }
    return value <= 1000 ? value : nil
  }

  var lowercasedText: String { String(decoding: lazy.map(\.lowercased), as: UTF8.self) }

  /// The content of a quoted string, or the bytes as they are.
  var unquotedText: String {
    let quote = UInt8(ascii: "\"")
    guard count >= 2, first == quote, last == quote else { return String(decoding: self, as: UTF8.self) }
    var content: [UInt8] = []
    var isEscaped = false
    for byte in part(1, count - 1) {
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      if !isEscaped { content.append(byte) }
    }
    return String(decoding: content, as: UTF8.self)
  }
}

// Which media types does a client accept, and how much? (RFC 9110, section 12.5.1)
// Read by bytes, and only so far: what it costs must not grow with what a peer sends.

/// One entry of an `Accept` field.
package struct MediaRange: Sendable {
  /// How many entries of a field are read, and how many parameters of an entry; what comes after is left out.
  package static let most = 32
  private static let mostParameters = 8

  /// The type and subtype in lower case, with a slash between.
  package let type: String
  /// In thousandths, from 0, which rules the type out, to 1000.
  package let quality: Int
  private let parameters: [(name: String, value: String)]

  /// The value of the first parameter of that name in lower case, without quotes; nil when there is none.
  package subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// Nil for what is no media range.
  private init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var type: String?
    var quality: Int? = 1000
    var parameters: [(name: String, value: String)] = []
    var parts = 0
    bytes.forEachPart(separatedBy: UInt8(ascii: ";")) { part in
      defer { parts += 1 }
      guard parts > 0 else {
        type = MediaRange.type(part)
        return type != nil
      }
      guard parts <= MediaRange.mostParameters else { return false }
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return true }
      let name = part.part(0, equals).trimmed()
      let value = part.part(equals + 1, part.count).trimmed()
      if name.equalsIgnoringCase("q") {
        quality = MediaRange.quality(value)
      } else {
        parameters.append((name.lowercasedText, value.unquotedText))
      }
      return quality != nil
    }
    guard let type, let quality else { return nil }
    self.type = type
    self.quality = quality
    self.parameters = parameters
  }

  private static func type(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let slash = UInt8(ascii: "/")
    guard let place = bytes.firstIndex(of: slash), place > 0, place < bytes.count - 1,
      !bytes.part(place + 1, bytes.count).contains(slash)
    else { return nil }
    return bytes.lowercasedText
  }

  /// At most three decimals, between 0 and 1 (RFC 9110, section 12.4.2).
  private static func quality(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = digits.first, first == 48 || first == 49, digits.count <= 5 else { return nil }
    guard digits.count > 1 else { return first == 49 ? 1000 : 0 }
    guard digits[1] == UInt8(ascii: ".") else { return nil }
    var value = Int(first - 48) * 1000
    var scale = 100
    for digit in digits.dropFirst(2) {
      guard digit.isDigit else { return nil }
      value += Int(digit - 48) * scale
      scale /= 10
    }
    return value <= 1000 ? value : nil
  }

  /// The entries of a list, in order; those that are no media ranges are left out.
  fileprivate static func append(
    _ list: UnsafeBufferPointer<UInt8>, to ranges: inout [MediaRange], read: inout Int
  ) {
    list.forEachPart(separatedBy: UInt8(ascii: ",")) { member in
      guard read < most else { return false }
      read += 1
      if let range = MediaRange(member) { ranges.append(range) }
      return true
    }
  }
}

extension EndpointFields {
  /// The media ranges of all `Accept` fields, in order; empty when there is none. At most ``MediaRange/most`` entries
  /// are read.
  package var accepted: [MediaRange] {
    var ranges: [MediaRange] = []
    var read = 0
    bytes.withUnsafeBufferPointer { bytes in
      for position in positions
      where bytes.part(Int(position.nameStart), Int(position.nameEnd)).equalsIgnoringCase("accept") {
        MediaRange.append(
          bytes.part(Int(position.valueStart), Int(position.valueEnd)), to: &ranges, read: &read)
      }
    }
    return ranges
  }
}

extension UnsafeBufferPointer where Element == UInt8 {
  /// The parts between separators that do not stand in a quoted string, trimmed, without the empty ones, until
  /// `body` says that it has enough.
  fileprivate func forEachPart(separatedBy separator: UInt8, _ body: (UnsafeBufferPointer) -> Bool) {
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

  fileprivate var lowercasedText: String { String(decoding: lazy.map(\.lowercased), as: UTF8.self) }

  /// The content of a quoted string, or the bytes as they are.
  fileprivate var unquotedText: String {
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

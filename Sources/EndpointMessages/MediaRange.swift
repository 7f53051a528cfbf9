// Which media types does a client accept, and how much? (RFC 9110, section 12.5.1)

/// One entry of an `Accept` field.
package struct MediaRange: Sendable {
  /// The type and subtype in lower case, with a slash between.
  package let type: String
  /// In thousandths, from 0, which rules the type out, to 1000.
  package let quality: Int
  private let parameters: [(name: String, value: String)]

  /// The value of the first parameter of that name in lower case, without quotes; nil when there is none.
  package subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// Nil for what is no media range.
  fileprivate init?(_ bytes: UnsafeBufferPointer<UInt8>) {
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
      guard parts <= AcceptedMembers.mostParameters else { return false }
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return true }
      let name = part.part(0, equals).trimmed()
      let value = part.part(equals + 1, part.count).trimmed()
      if name.equalsIgnoringCase("q") {
        quality = value.quality
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
}

extension EndpointFields {
  /// The media ranges of all `Accept` fields, in order, without what is none; empty when there is none. At most
  /// ``AcceptedMembers/most`` entries are read.
  package var accepted: [MediaRange] {
    var ranges: [MediaRange] = []
    forEachAccepted("accept") { if let range = MediaRange($0) { ranges.append(range) } }
    return ranges
  }
}

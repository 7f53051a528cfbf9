// How is an IP address read, and written?

/// Reads and writes IP addresses: 4 or 16 bytes in network order.
package enum IPAddress {
  /// The address in network order, 4 or 16 bytes; nil when the text is not one.
  package static func bytes(of text: String) -> [UInt8]? { text.contains(":") ? v6(text) : v4(text) }

  private static func v4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isDigit),
        part == "0" || !part.hasPrefix("0"), let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// Source: RFC 4291, 2.2.
  private static func v6(_ text: String) -> [UInt8]? {
    guard !text.contains(":::") else { return nil }
    let halves = halves(of: text)
    guard halves.count <= 2 else { return nil }
    var sides: [[UInt8]] = []
    for (index, half) in halves.enumerated() {
      guard let side = groups(half, mayEndInV4: index == halves.count - 1) else { return nil }
      sides.append(side)
    }
    if sides.count == 1 { return sides[0].count == 16 ? sides[0] : nil }
    let missing = 16 - sides[0].count - sides[1].count
    guard missing >= 2 else { return nil }
    return sides[0] + [UInt8](repeating: 0, count: missing) + sides[1]
  }

  /// What stands on either side of `::`.
  private static func halves(of text: String) -> [String] {
    var halves = [""]
    var wasColon = false
    for character in text {
      if character == ":", wasColon {
        halves[halves.count - 1].removeLast()
        halves.append("")
        wasColon = false
      } else {
        halves[halves.count - 1].append(character)
        wasColon = character == ":"
      }
    }
    return halves
  }

  private static func groups(_ text: String, mayEndInV4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if part.contains(".") {
        guard mayEndInV4, index == parts.count - 1, let tail = v4(part) else { return nil }
        bytes += tail
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0.hexadecimalValue != nil }),
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }

  /// An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) as the former, any other as it is.
  package static func unmapped(_ address: [UInt8]) -> [UInt8] {
    guard address.count == 16, address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF,
      address[11] == 0xFF
    else { return address }
    return Array(address[12...])
  }

  /// The address as text; IPv6 groups are not shortened.
  package static func text(of bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = stride(from: 0, to: bytes.count - 1, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }
    return groups.joined(separator: ":")
  }
}

// Who may see what.

package import EndpointMessages

/// A range of IP addresses, such as `10.0.0.0/8` or `fd00::/8`.
public struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  private let bytes: [UInt8]
  private let prefix: Int

  /// This machine, by IPv4 and IPv6.
  public static let loopback: [IPNetwork] = [
    IPNetwork(bytes: [127, 0, 0, 0], prefix: 8),
    IPNetwork(bytes: [UInt8](repeating: 0, count: 15) + [1], prefix: 128),
  ]

  private init(bytes: [UInt8], prefix: Int) {
    self.bytes = bytes
    self.prefix = prefix
  }

  /// A network in CIDR notation, or a single address; nil when it is neither.
  ///
  /// Bits beyond the prefix must be zero, since such a network is mostly a slip of the pen.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = IPAddress.bytes(of: String(parts[0])) else { return nil }
    var prefix = bytes.count * 8
    if parts.count == 2 {
      guard let length = Int(parts[1]), (0...prefix).contains(length),
        parts[1].utf8.allSatisfy({ (48...57).contains($0) })
      else { return nil }
      prefix = length
    }
    self.init(bytes: bytes, prefix: prefix)
    guard IPNetwork.masked(bytes, prefix) == bytes else { return nil }
  }

  /// Whether an address lies in the network. An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) counts as the former.
  public func contains(_ address: [UInt8]) -> Bool {
    let address = IPNetwork.unmapped(address)
    return address.count == bytes.count && IPNetwork.masked(address, prefix) == bytes
  }

  private static func unmapped(_ address: [UInt8]) -> [UInt8] {
    guard address.count == 16, address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF,
      address[11] == 0xFF
    else { return address }
    return Array(address[12...])
  }

  private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let bits = min(8, max(0, prefix - index * 8))
      return bits == 0 ? 0 : byte & (0xFF << (8 - bits))
    }
  }

  /// The network in CIDR notation; IPv6 groups are not shortened.
  public var description: String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") + "/\(prefix)" }
    let groups = stride(from: 0, to: bytes.count - 1, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }
    return groups.joined(separator: ":") + "/\(prefix)"
  }
}

/// Reads IP addresses.
enum IPAddress {
  /// The address in network order, 4 or 16 bytes; nil when the text is not one.
  static func bytes(of text: String) -> [UInt8]? { text.contains(":") ? v6(text) : v4(text) }

  private static func v4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
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
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }
}

extension EndpointPeer {
  /// Whether the peer is on one of these networks. A Unix socket's permissions have already decided; an unknown peer is
  /// on none. What headers claim plays no part.
  package func isTrusted(_ networks: [IPNetwork]) -> Bool {
    switch self {
    case .ip(let bytes, _): networks.contains { $0.contains(bytes) }
    case .unix: true
    case .unknown: false
    }
  }
}

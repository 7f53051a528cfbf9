// Which addresses belong together?

import EndpointMessages

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
        parts[1].utf8.allSatisfy(\.isDigit)
      else { return nil }
      prefix = length
    }
    guard IPNetwork.masked(bytes, prefix) == bytes else { return nil }
    // A network of IPv4 addresses inside IPv6 is that of the IPv4 addresses: as such they are compared.
    let inner = prefix >= 96 ? IPAddress.unmapped(bytes) : bytes
    self.init(bytes: inner, prefix: inner.count == bytes.count ? prefix : prefix - 96)
  }

  /// Whether an address lies in the network. An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) counts as the former.
  public func contains(_ address: [UInt8]) -> Bool {
    let address = IPAddress.unmapped(address)
    return address.count == bytes.count && IPNetwork.masked(address, prefix) == bytes
  }

  private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let bits = min(8, max(0, prefix - index * 8))
      return bits == 0 ? 0 : byte & (0xFF << (8 - bits))
    }
  }

  /// The network in CIDR notation; IPv6 groups are not shortened.
  public var description: String { "\(IPAddress.text(of: bytes))/\(prefix)" }
}

// Is a text that is taken for a network one, and does it hold just the addresses that begin as it does?

import EndpointMessages
import FuzzSupport
import ObservabilityEndpoints

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  _ = EndpointPeer(ipAddress: text)
  guard let network = IPNetwork(text) else { return 0 }
  require(IPNetwork(network.description) == network, "\(network) means something else than \(text)")
  let parts = network.description.split(separator: "/")
  guard parts.count == 2, let prefix = Int(parts[1]), let own = IPAddress.bytes(of: String(parts[0])) else {
    require(false, "\(network) is no network")
    return 0
  }
  require((0...own.count * 8).contains(prefix), "\(network) has a prefix that is too long")
  // Another bit is inside behind the prefix, and outside before it. An address that begins as those of IPv4 do inside of
  // IPv6 is taken for one.
  for bit in 0..<own.count * 8 {
    var address = own
    address[bit / 8] ^= 0x80 >> (bit % 8)
    let isMapped =
      address.count == 16 && address.prefix(10).allSatisfy { $0 == 0 } && address[10...11] == [0xFF, 0xFF]
    require(isMapped || network.contains(address) == (bit >= prefix), "\(network), bit \(bit)")
  }
  require(network.contains(own), "\(network) does not have its own address")
  if own.count == 4 {
    require(
      network.contains([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + own),
      "\(network) has no mapped address")
  }
  return 0
}

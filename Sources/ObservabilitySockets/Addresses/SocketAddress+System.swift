// How does an address look to the operating system?

import ObservabilityPlatform
import CObservabilityShims

extension SocketAddress {
  /// The protocol family, for `socket(2)`.
  var family: Int32 {
    switch self {
    case .v4: AF_INET
    case .v6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Reads a system address; `nil` for a family that is none of ours or a length too short for it.
  init?(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    let raw = UnsafeRawPointer(address)
    let available = Int(length)
    // A client on a socketpair or an unbound Unix-domain socket has a family and no path.
    guard available >= MemoryLayout<sa_family_t>.size + MemoryLayout<sockaddr>.offset(of: \.sa_family, or: 0)
    else { return nil }
    switch Int32(address.pointee.sa_family) {
    case AF_INET where available >= MemoryLayout<sockaddr_in>.size:
      let value = raw.loadUnaligned(as: sockaddr_in.self)
      self = .v4(UInt32(bigEndian: value.sin_addr.s_addr), port: UInt16(bigEndian: value.sin_port))
    case AF_INET6 where available >= MemoryLayout<sockaddr_in6>.size:
      let value = raw.loadUnaligned(as: sockaddr_in6.self)
      self = .v6(value.sin6_addr, scope: value.sin6_scope_id, port: UInt16(bigEndian: value.sin6_port))
    case AF_UNIX:
      let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path, or: 2)
      let bytes = UnsafeRawBufferPointer(start: raw, count: available).dropFirst(start)
      self = .unix(path: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    default:
      return nil
    }
  }

  /// Calls `body` with the address in the system's form.
  ///
  /// A path longer than the system takes is cut off; `parse` has refused it before.
  func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    switch self {
    case .v4(let value, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = value.bigEndian
      #if canImport(Darwin)
        address.sin_len = UInt8(MemoryLayout<sockaddr_in>.size)
      #endif
      return Self.pass(address, body)
    case .v6(let high, let low, let scope, let port):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_scope_id = scope
      withUnsafeMutableBytes(of: &address.sin6_addr) {
        $0.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
        $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      #if canImport(Darwin)
        address.sin6_len = UInt8(MemoryLayout<sockaddr_in6>.size)
      #endif
      return Self.pass(address, body)
    case .unix(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      #if canImport(Darwin)
        address.sun_len = UInt8(MemoryLayout<sockaddr_un>.size)
      #endif
      return Self.pass(address, body)
    }
  }

  /// The address that `getsockname` or `getpeername` gives for a descriptor.
  static func ask(
    _ fd: Int32, _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard call(fd, address, &length) == 0 else { return nil }
        return SocketAddress(address, length: min(length, socklen_t(MemoryLayout<sockaddr_storage>.size)))
      }
    }
  }

  static func local(of fd: Int32) -> SocketAddress? { ask(fd) { getsockname($0, $1, $2) } }

  private static func pass<Address, Result>(
    _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }
}

extension MemoryLayout {
  /// The offset of a stored field; `fallback` where the compiler cannot say.
  fileprivate static func offset(of field: PartialKeyPath<T>, or fallback: Int) -> Int {
    offset(of: field) ?? fallback
  }
}

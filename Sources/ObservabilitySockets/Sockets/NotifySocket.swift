// How does a datagram get to systemd, without waiting for it?

import CObservabilityShims
import ObservabilityPlatform

/// The socket that `NOTIFY_SOCKET` names, by path or by a name in the abstract namespace (`@name`). Never blocks.
package final class NotifySocket: Sendable {
  private let descriptor: Int32
  private let target: [UInt8]

  /// - Throws: `SocketError` when the address is none of a Unix socket, or the system gives no socket.
  package init(_ address: String) throws(SocketError) {
    var bytes = Array(address.utf8)
    guard bytes.first == UInt8(ascii: "/") || (bytes.first == UInt8(ascii: "@") && bytes.count > 1),
      !bytes.contains(0), bytes.count <= SocketAddress.longestUnixPath
    else {
      throw SocketError(
        .invalidAddress,
        "NOTIFY_SOCKET \"\(address.oneLine(atMost: 256))\" is neither a path nor an abstract name (@name) of at most \(SocketAddress.longestUnixPath) bytes"
      )
    }
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    target = bytes
    let number = mailobs_datagram_socket(AF_UNIX)
    guard number >= 0 else { throw .systemCall("making a socket for NOTIFY_SOCKET", errno: -number) }
    descriptor = number
  }

  deinit { systemClose(descriptor) }

  /// Sends one message; false when it has not been taken, and may be later.
  package func send(_ message: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: target) }
    // An abstract name has no NUL at its end: its length tells where it ends.
    let length =
      (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + target.count + (target[0] == 0 ? 0 : 1)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Array(message.utf8).withUnsafeBytes {
          mailobs_send_to(descriptor, $0.baseAddress, $0.count, address, socklen_t(length)) >= 0
        }
      }
    }
  }
}

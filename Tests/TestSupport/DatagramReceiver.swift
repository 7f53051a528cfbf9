// How does a test play systemd's side of NOTIFY_SOCKET, without the code that it tests?

import ObservabilityPlatform

/// A datagram socket at a path of its own. Closed, and its file removed, with its owner.
package final class DatagramReceiver: Sendable {
  package let path: String
  private let descriptor: Int32

  /// Nil when the system gives none.
  ///
  /// - Parameter isAbstract: whether the path is a name in Linux's abstract namespace, `@` in place of its NUL.
  package init?(isAbstract: Bool = false) {
    let name = "/tmp/notify-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"
    path = isAbstract ? "@" + name : name
    #if canImport(Glibc)
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    #else
      descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
    #endif
    guard descriptor >= 0 else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: isAbstract ? [0] + Array(name.utf8) : Array(name.utf8))
    }
    let size =
      isAbstract
      ? (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + path.utf8.count
      : MemoryLayout<sockaddr_un>.size
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(size))
      }
    }
    guard status == 0 else { return nil }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// The next message; nil when none comes within ``patience``. Blocks the calling thread.
  package func next() -> String? {
    var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return receive(0)
  }

  /// Takes what has come already.
  @discardableResult
  package func drain() -> [String] {
    var messages: [String] = []
    while let message = receive(Int32(MSG_DONTWAIT)) { messages.append(message) }
    return messages
  }

  /// Waits for a message that begins so, and leaves out all before it.
  package func wait(for beginning: String) -> String? {
    while let message = next() { if message.hasPrefix(beginning) { return message } }
    return nil
  }

  private func receive(_ flags: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, flags)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

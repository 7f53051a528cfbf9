// How does a test make sockets of the loopback interface, without the code that it tests?

package import ObservabilityPlatform

/// A stream socket, or -1.
package func streamSocket(_ family: Int32 = AF_INET) -> Int32 {
  #if canImport(Glibc)
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
  #else
    let descriptor = socket(family, SOCK_STREAM, 0)
  #endif
  #if canImport(Darwin)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
  #endif
  return descriptor
}

/// Calls `body` with the loopback interface's address and that port, and returns the port that is in it afterwards.
@discardableResult
package func withLoopbackAddress<Result>(
  port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
) -> (result: Result, port: UInt16) {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
  }
  return (result, UInt16(bigEndian: address.sin_port))
}

/// A socket that listens on a free port of the loopback interface; nil when there is none.
package func listeningSocket(backlog: Int32) -> (descriptor: Int32, port: UInt16)? {
  let descriptor = streamSocket()
  let (isListening, port) = withLoopbackAddress(port: 0) {
    bind(descriptor, $0, $1) == 0 && listen(descriptor, backlog) == 0 && getsockname(descriptor, $0, &$1) == 0
  }
  if isListening { return (descriptor, port) }
  close(descriptor)
  return nil
}

/// The same, and a second socket that is bound to its port: once the first is closed, connections there are refused, and
/// nobody else is given the port, until the second is closed too. Without the second where the system does not allow it.
package func listeningSocketAndReserve(backlog: Int32) -> (descriptor: Int32, reserve: Int32, port: UInt16)? {
  func bound(_ port: UInt16) -> (descriptor: Int32, port: UInt16)? {
    let descriptor = streamSocket()
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let (isBound, port) = withLoopbackAddress(port: port) {
      bind(descriptor, $0, $1) == 0 && getsockname(descriptor, $0, &$1) == 0
    }
    if isBound { return (descriptor, port) }
    close(descriptor)
    return nil
  }
  guard let (first, port) = bound(0) else { return nil }
  let second = bound(port)?.descriptor
  if listen(first, backlog) == 0 { return (first, second ?? -1, port) }
  for descriptor in [first, second ?? -1] where descriptor >= 0 { close(descriptor) }
  return nil
}

/// Connects a socket to a Unix-domain socket's path.
package func connectSocket(_ descriptor: Int32, toPath path: String) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}

/// Sends all of the bytes, blocking, and raises no signal; false, with `errno` set, when the peer does not take them.
func sendAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  #if canImport(Darwin)
    let flags: Int32 = 0
  #else
    let flags = Int32(MSG_NOSIGNAL)
  #endif
  var sent = 0
  while sent < bytes.count {
    let count = bytes[sent...].withUnsafeBytes {
      ObservabilityPlatform.send(descriptor, $0.baseAddress, $0.count, flags)
    }
    guard count > 0 else { return false }
    sent += count
  }
  return true
}

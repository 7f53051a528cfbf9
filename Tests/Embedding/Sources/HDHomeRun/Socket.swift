// How do bytes reach a device and come back before a deadline?

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A TCP connection that never waits beyond its deadline, and is closed when it is let go of.
final class Socket {
  private let descriptor: Int32
  private let deadline: ContinuousClock.Instant

  init(_ endpoint: Endpoint, before deadline: ContinuousClock.Instant) throws(ClientError) {
    self.deadline = deadline
    #if canImport(Glibc)
      let type = Int32(SOCK_STREAM.rawValue)
    #else
      let type = SOCK_STREAM
    #endif
    descriptor = socket(endpoint.family, type, 0)
    guard descriptor >= 0 else { throw .system("socket") }
    // From here on the descriptor is closed by `deinit`, whatever is thrown.
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
      throw .system("fcntl")
    }
    #if canImport(Darwin)
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
    let result = endpoint.bytes.withUnsafeBytes { bytes in
      connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard result != 0 else { return }
    guard errno == EINPROGRESS else { throw .system("connect") }
    try wait(for: POLLOUT, "connect")
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { throw .system("connect") }
    guard code == 0 else { throw .system("connect", code) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func send(_ bytes: [UInt8]) throws(ClientError) {
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      try wait(for: POLLOUT, "write")
      let count = rest.withUnsafeBytes { systemSend(descriptor, $0.baseAddress, $0.count, flags) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        throw .system("write")
      }
    }
  }

  /// So many bytes, no fewer.
  func receive(_ count: Int) throws(ClientError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: count)
    while bytes.count < count {
      try wait(for: POLLIN, "read")
      let received = recv(descriptor, &chunk, count - bytes.count, 0)
      if received > 0 {
        bytes += chunk.prefix(received)
      } else if received == 0 {
        throw ClientError("read: the device has closed the connection")
      } else if errno != EINTR && errno != EAGAIN {
        throw .system("read")
      }
    }
    return bytes
  }

  private func wait(for events: some BinaryInteger, _ action: String) throws(ClientError) {
    while true {
      let left = deadline - .now
      guard left > .zero else { throw ClientError("\(action): i/o timeout") }
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let (seconds, attoseconds) = left.components
      // Rounded up, so that nothing is asked for again and again in the last millisecond.
      let milliseconds = min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
      let count = poll(&entry, 1, Int32(milliseconds))
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .system("poll") }
    }
  }
}

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int
{
  send(descriptor, bytes, count, flags)
}

extension ClientError {
  static func system(_ action: String, _ code: Int32 = errno) -> ClientError {
    ClientError("\(action): \(String(cString: strerror(code)))")
  }
}

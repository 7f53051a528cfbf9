// Which files and sockets do the tests need from the system?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform

/// A descriptor that is closed with its owner.
final class OpenFile: Sendable {
  let number: Int32

  init() { number = open("/dev/null", O_RDONLY | O_CLOEXEC) }
  deinit { close(number) }
}

/// A connection that stays open, or is still being made, for as long as its owner.
final class OpenConnection: Sendable {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A socket that is connected to its own port.
  static func toItself() -> OpenConnection {
    let connection = OpenConnection(streamSocket())
    withLoopbackAddress(port: 0) {
      _ = bind(connection.descriptor, $0, $1)
      _ = getsockname(connection.descriptor, $0, &$1)
      _ = connect(connection.descriptor, $0, $1)
    }
    return connection
  }

  init(to port: Int) {
    descriptor = streamSocket()
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    withLoopbackAddress(port: UInt16(clamping: port)) { _ = connect(descriptor, $0, $1) }
  }

  deinit { close(descriptor) }
}

/// A port on which nothing listens, and which nobody else gets, for as long as its owner.
final class ClosedPort: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    let descriptor = streamSocket()
    let (isBound, port) = withLoopbackAddress(port: 0) {
      bind(descriptor, $0, $1) == 0 && getsockname(descriptor, $0, &$1) == 0
    }
    (self.port, self.descriptor) = (Int(port), descriptor)
    guard isBound else { throw Broken(description: "bind") }
  }

  deinit { close(descriptor) }
}

/// Listens on a free port of the loopback interface until it is closed. It has to be closed by name: merely
/// holding it would let the compiler release it after its last use.
final class LoopbackListener: Sendable {
  let port: Int
  private let descriptor: Int32
  private let isClosed = Locked(false)
  private let held = Locked<[OpenConnection]>([])

  init(backlog: Int32) throws {
    guard let socket = listeningSocket(backlog: backlog) else { throw Broken(description: "listen") }
    descriptor = socket.descriptor
    port = Int(socket.port)
  }

  func hold(_ connection: OpenConnection) { held.withLock { $0.append(connection) } }

  /// Accepts one connection and returns what `body` finds while it is open.
  func acceptAndKeep(while body: () -> Bool) -> Bool {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return false }
    defer { closeDescriptor(connection) }
    return body()
  }

  /// Accepts one connection and returns how many bytes come before its end.
  func acceptAndReadToEnd() -> Int {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return -1 }
    defer { closeDescriptor(connection) }
    var total = 0
    var buffer = [UInt8](repeating: 0, count: 256)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return count < 0 ? -1 : total }
      total += count
    }
  }

  func close() {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    if !wasClosed { closeDescriptor(descriptor) }
  }

  deinit { close() }
}

/// The C library's `close`, where a method of the same name hides it.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

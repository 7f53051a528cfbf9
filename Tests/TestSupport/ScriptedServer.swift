// How does a test play a server that does as it should not? With blocking sockets on threads of its own.

import ObservabilityPlatform

/// The server's end of one connection. Closed when it is let go of.
package final class ScriptedPeer: Sendable {
  private let descriptor: Int32
  private let stopping = Flag()

  /// Over a connection that was accepted.
  package init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  deinit { close(descriptor) }

  /// Some bytes; none at the end of the stream, as which a failure counts too.
  package func read(upTo limit: Int = 1 << 16) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &bytes, limit, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  /// A head and a body of the length that it announces; nil when the stream ends before.
  package func readRequest() -> (head: String, body: [UInt8])? {
    var bytes: [UInt8] = []
    var head: String?
    while true {
      if head == nil, let end = bytes.indices.first(where: { bytes[$0...].starts(with: "\r\n\r\n".utf8) }) {
        head = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeFirst(end + 4)
      }
      if let head {
        let field = head.firstRange(ofText: "Content-Length: ").map {
          head[$0.upperBound...].prefix { $0.isNumber }
        }
        let length = field.flatMap { Int($0) } ?? 0
        if bytes.count >= length { return (head, bytes) }
      }
      let more = read()
      if more.isEmpty { return nil }
      bytes += more
    }
  }

  /// Reads until the stream ends.
  package func waitForEnd() {
    while !read().isEmpty {}
  }

  /// False when the peer does not take everything.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool { sendAll(bytes, to: descriptor) }

  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  package func shutdownWrite() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the end of the connection a reset.
  package func resetAtEnd() {
    var none = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
  }

  /// Whether the test is over.
  package var isStopped: Bool { stopping.isSet }

  fileprivate func stop() {
    stopping.set()
    _ = shutdown(descriptor, Int32(SHUT_RDWR))
  }
}

/// A server on a free port of the loopback interface that does to each connection, in their order, what a script says;
/// a connection beyond the last script is left waiting. A connection is closed when its script returns.
package final class ScriptedServer: Sendable {
  package typealias Script = @Sendable (ScriptedPeer) -> Void

  package let port: UInt16
  private let descriptor: Int32
  // Other tests would be given the port, and clients of this server would talk to theirs.
  private let reserve: Int32
  private let threads: Locked<[SystemThread]>
  private let peers = Locked<[Weak]>([])

  private struct Weak { weak var peer: ScriptedPeer? }

  /// - Parameter backlog: how many connections the system takes that nobody has accepted.
  package init(backlog: Int32 = 16, _ scripts: [Script]) {
    guard let (descriptor, reserve, port) = listeningSocketAndReserve(backlog: backlog) else {
      preconditionFailure("no socket for a test")
    }
    self.descriptor = descriptor
    self.reserve = reserve
    self.port = port
    threads = Locked([])
    let accepting = Self.start { [self] in
      for script in scripts {
        let number = accept(descriptor, nil, nil)
        guard number >= 0 else { return }
        let peer = ScriptedPeer(number)
        peers.withLock { $0.append(Weak(peer: peer)) }
        let thread = Self.start { script(peer) }
        threads.withLock { $0.append(thread) }
      }
    }
    threads.withLock { $0.append(accepting) }
  }

  deinit { if reserve >= 0 { close(reserve) } }

  /// How many connections have been accepted.
  package var accepted: Int { peers.withLock { $0.count } }

  /// How many sockets of this process are connected to this server.
  package var clients: Int {
    (0..<Int32(4096)).count { number in
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isConnected = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(number, $0, &size) == 0 }
      }
      return isConnected && Int32(address.sin_family) == AF_INET
        && UInt16(bigEndian: address.sin_port) == port
    }
  }

  /// Ends what has not ended, and waits for the scripts. Later connections are refused, for as long as this lives.
  package func stop() {
    _ = shutdown(descriptor, Int32(SHUT_RDWR))
    while let thread = threads.withLock({ $0.popLast() }) {
      for peer in peers.withLock({ $0 }) { peer.peer?.stop() }
      thread.join()
    }
    close(descriptor)
  }

  private static func start(_ body: @escaping @Sendable () -> Void) -> SystemThread {
    do { return try .start(name: "scripted server", body) } catch {
      preconditionFailure("no thread: \(error)")
    }
  }
}

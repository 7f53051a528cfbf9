// How is the application asked while no task runs? By a client that blocks a thread of its own.

import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct Reply: Sendable {
  var status = 0
  var text = ""
}

/// A connection that is kept open. Blocks the thread that asks, for a minute at most.
final class Client {
  private let descriptor: Int32
  private let host: String

  init?(port: Int, host: String = "localhost") {
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    self.host = host
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(clamping: port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { return nil }
  }

  deinit { close(descriptor) }

  func ask(_ path: String, closing: Bool = false) -> Reply {
    let request =
      "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n" + (closing ? "Connection: close\r\n\r\n" : "\r\n")
    let bytes = Array(request.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { return Reply() }
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let text = String(decoding: received, as: UTF8.self)
      let parts = text.components(separatedBy: "\r\n\r\n")
      let length = parts[0].lowercased().components(separatedBy: "content-length: ").dropFirst().first
        .flatMap { Int($0.prefix { $0.isNumber }) }
      if parts.count > 1, !closing, let length, parts[1].utf8.count >= length {
        return Reply(status: Int(parts[0].dropFirst(9).prefix(3)) ?? 0, text: parts[1])
      }
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        return Reply(status: Int(parts[0].dropFirst(9).prefix(3)) ?? 0, text: parts.dropFirst().joined())
      }
      received += buffer[..<count]
    }
  }
}

/// One request on a connection of its own.
func get(_ path: String, port: Int, host: String = "localhost") -> Reply {
  Client(port: port, host: host)?.ask(path, closing: true) ?? Reply()
}

/// Runs `body` on a thread that is none of the pool's.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}

/// Blocks more tasks than the pool has threads, until what it returns becomes true.
func blockPool() -> Over {
  let (begun, over) = (Over(), Over())
  for _ in 0..<(sysconf(Int32(_SC_NPROCESSORS_ONLN)) * 2) {
    Task.detached {
      begun.set()
      over.wait()
    }
  }
  begun.wait()
  return over
}

final class Over: Sendable {
  private let isSet = Atomic<Bool>(false)

  func set() { isSet.store(true, ordering: .releasing) }
  func wait() { while !isSet.load(ordering: .acquiring) { usleep(1000) } }
}

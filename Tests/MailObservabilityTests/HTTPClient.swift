// A small blocking HTTP client on a thread of its own, so that it works while the cooperative pool does not.

import ObservabilityPlatform

/// What a server answered.
struct Reply: Sendable {
  let status: Int
  let head: String
  let body: String
  let time: Duration
}

enum HTTPClient {
  /// Sends one request on a new connection and reads to its end. Blocks the calling thread, at most half a minute
  /// for each read.
  static func get(_ path: String, at address: String, headers: [String] = []) -> Reply? {
    let start = ContinuousClock.now
    guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...])
    else {
      return nil
    }
    #if canImport(Darwin)
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var peer = sockaddr_in()
    peer.sin_family = sa_family_t(AF_INET)
    peer.sin_port = port.bigEndian
    peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return nil }
    let lines = ["GET \(path) HTTP/1.1", "Host: \(address)", "Connection: close"] + headers
    let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    guard write(descriptor, request, request.count) == request.count else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n"), text.hasPrefix("HTTP/1.1 "),
      let status = Int(text.dropFirst(9).prefix(3))
    else { return nil }
    return Reply(
      status: status, head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]),
      time: ContinuousClock.now - start)
  }
}

extension String {
  /// The first place of `other`, byte by byte; Foundation is not linked here.
  func range(of other: String) -> Range<String.Index>? {
    let (own, wanted) = (utf8, Array(other.utf8))
    var start = own.startIndex
    while start < own.endIndex {
      if own[start...].starts(with: wanted) { return start..<own.index(start, offsetBy: wanted.count) }
      start = own.index(after: start)
    }
    return nil
  }
}

/// Runs `body` on a thread that belongs to nobody and waits for it without occupying a thread of the pool.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    let work = Unmanaged.passRetained(Work { continuation.resume(returning: body()) }).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      pthread_create(
        &thread, nil,
        {
          Unmanaged<Work>.fromOpaque($0).takeRetainedValue().run(); return nil
        }, work)
      if let thread { pthread_detach(thread) }
    #else
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, work)
      pthread_detach(thread)
    #endif
  }
}

private final class Work: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Lets a thread that waits for something give way to the others.
func pause() { usleep(2000) }

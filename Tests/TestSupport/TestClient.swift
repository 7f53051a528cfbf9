// How does a test talk to a server? With plain blocking sockets on threads of its own, so that it works while the
// cooperative pool does not, and shares no code with what it tests.

import ObservabilityPlatform

/// Why a client got no further.
package struct TestClientError: Error, CustomStringConvertible {
  package let description: String
}

/// One connection that speaks raw bytes, each of which is waited for within ``patience``. Closed with its owner.
///
/// The asynchronous calls block a thread of their own; the others block the caller's.
package final class TestClient: Sendable {
  private let descriptor: Int32

  /// - Parameters:
  ///   - address: `127.0.0.1:PORT`, or `unix:PATH`.
  ///   - receiveBuffer: how many bytes the system may keep for the client that does not read; nil: as it likes.
  package init(_ address: String, receiveBuffer: Int32? = nil) throws(TestClientError) {
    let isUnix = address.hasPrefix("unix:")
    descriptor = streamSocket(isUnix ? AF_UNIX : AF_INET)
    guard descriptor >= 0 else { throw TestClientError(description: "no socket: \(errno)") }
    var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    let status: Int32
    if isUnix {
      status = connectSocket(descriptor, toPath: String(address.dropFirst("unix:".count)))
    } else {
      let port = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
      status = withLoopbackAddress(port: port) { connect(descriptor, $0, $1) }.result
    }
    guard status == 0 else { throw TestClientError(description: "no connection to \(address): \(errno)") }
  }

  deinit { close(descriptor) }

  /// Says that nothing more is sent.
  package func shutdownWrite() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  // MARK: - Blocking

  package func sendNow(_ bytes: [UInt8]) throws(TestClientError) {
    guard sendAll(bytes, to: descriptor) else { throw TestClientError(description: "sending: \(errno)") }
  }

  /// Some bytes; none at the end of the stream, as which a reset counts too.
  package func readNow(upTo limit: Int) throws(TestClientError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &bytes, limit, 0)
    if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
      throw TestClientError(description: "nothing came")
    }
    return Array(bytes.prefix(max(0, count)))
  }

  /// Everything up to the end of the stream, or until the text so far contains `end`.
  package func readNow(through end: String? = nil) throws(TestClientError) -> String {
    var all: [UInt8] = []
    while end.map({ String(decoding: all, as: UTF8.self).firstRange(ofText: $0) == nil }) ?? true {
      let bytes = try readNow(upTo: 1 << 16)
      if bytes.isEmpty { break }
      all += bytes
    }
    return String(decoding: all, as: UTF8.self)
  }

  // MARK: - Not blocking

  package func send(_ text: String) async throws(TestClientError) {
    try await onThread { [self] in Result { () throws(TestClientError) in try sendNow(Array(text.utf8)) } }
      .get()
  }

  package func read(upTo limit: Int) async throws(TestClientError) -> [UInt8] {
    try await onThread { [self] in Result { () throws(TestClientError) in try readNow(upTo: limit) } }.get()
  }

  package func readAll() async throws(TestClientError) -> String {
    try await onThread { [self] in Result { () throws(TestClientError) in try readNow() } }.get()
  }

  /// Reads until the text so far contains `end`, or the stream ends.
  package func read(through end: String) async throws(TestClientError) -> String {
    try await onThread { [self] in
      Result { () throws(TestClientError) in try readNow(through: end) }
    }.get()
  }
}

// MARK: - One request

/// What a server answered.
package struct Reply: Sendable {
  package let status: Int
  package let head: String
  package let body: String
  package let time: Duration
}

package enum HTTPClient {
  /// Sends one request on a new connection and reads to its end. Blocks the calling thread.
  package static func get(_ path: String, at address: String, headers: [String] = []) -> Reply? {
    let start = ContinuousClock.now
    let lines = ["GET \(path) HTTP/1.1", "Host: \(address)", "Connection: close"] + headers
    guard let client = try? TestClient(address),
      (try? client.sendNow(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))) != nil,
      let text = try? client.readNow(), let end = text.firstRange(ofText: "\r\n\r\n"),
      text.hasPrefix("HTTP/1.1 "),
      let status = Int(text.dropFirst(9).prefix(3))
    else { return nil }
    return Reply(
      status: status, head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]),
      time: ContinuousClock.now - start)
  }
}

extension String {
  /// The first place of `other`, byte by byte; Foundation is not linked here.
  package func firstRange(ofText other: String) -> Range<String.Index>? {
    let (own, wanted) = (utf8, Array(other.utf8))
    var start = own.startIndex
    while start < own.endIndex {
      if own[start...].starts(with: wanted) { return start..<own.index(start, offsetBy: wanted.count) }
      start = own.index(after: start)
    }
    return nil
  }
}

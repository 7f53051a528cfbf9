// What does a scrape cost over the whole way, from the request's bytes to those of the answer?

internal import AllocationCounter
internal import MailObservability

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

enum HTTPRows {
  static var all: [Row] {
    [
      Row("heap allocations of a warm scrape over HTTP, own collectors in it", 60) {
        try allocations { _ in }
      },
      Row("heap allocations of a warm scrape over HTTP, own collectors and a closure gauge in it", 60) {
        try allocations { try $0.registry.gauge("queue_depth", help: "Messages that wait.") { 5 } }
      },
    ]
  }

  /// Of a server of the whole catalogue, which a client on the same connection has scraped before.
  private static func allocations(_ configure: (MetricsCollector) throws -> Void) throws -> Outcome {
    guard allocation_counter_available() != 0 else {
      return .absent("allocations are counted with glibc only")
    }
    let metrics = try MetricsCollector()
    metrics.smtp.connections.increment()
    try configure(metrics)
    let server = try wait { try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0")) }
    guard let address = server.boundAddress,
      let port = address.split(separator: ":").last.flatMap({ UInt16($0) }),
      let client = ScrapeClient(port: port)
    else { return .absent("the server cannot be reached") }
    for _ in 0..<50 { client.scrape() }
    let rounds = 200
    allocation_counter_start()
    for _ in 0..<rounds { client.scrape() }
    let counts = allocation_counter_stop()
    client.close()
    try wait { await server.shutdown() }
    guard client.isSound else { return .absent("a scrape was not answered") }
    return .quantity(Double(counts.allocations) / Double(rounds), .count)
  }

  /// Blocks the calling thread, which is none of the pool's, until the body has returned.
  private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws
    -> Value
  {
    nonisolated(unsafe) var result: Result<Value, any Error>?
    let done = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    defer { done.deallocate() }
    sem_init(done, 0, 0)
    nonisolated(unsafe) let signal = done
    Task.detached {
      do { result = .success(try await body()) } catch { result = .failure(error) }
      sem_post(signal)
    }
    while sem_wait(done) != 0 {}
    guard let result else { throw CancellationError() }
    return try result.get()
  }
}

/// Scrapes over one connection, and allocates nothing.
private final class ScrapeClient {
  private static let capacity = 1 << 20

  private let descriptor: Int32
  private let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
  private let request = Array("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
  private(set) var isSound = true

  init?(port: UInt16) {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { return nil }
  }

  deinit { buffer.deallocate() }

  func close() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Asks once, and reads the answer to its end, which its `Content-Length` says.
  func scrape() {
    guard isSound else { return }
    let sent = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
    var count = 0
    var length: Int?
    isSound = sent == request.count
    while isSound, length.map({ count < $0 }) ?? true {
      let received = recv(descriptor, buffer + count, ScrapeClient.capacity - count, 0)
      isSound = received > 0
      count += max(0, received)
      if length == nil { length = self.length(of: count) }
    }
  }

  /// How long the whole answer is, once its head is there.
  private func length(of count: Int) -> Int? {
    guard let end = find("\r\n\r\n", in: count), let field = find("Content-Length: ", in: count) else {
      return nil
    }
    var body = 0
    var position = field + 16
    while case let byte = buffer.load(fromByteOffset: position, as: UInt8.self), byte &- 0x30 < 10 {
      body = body * 10 + Int(byte &- 0x30)
      position += 1
    }
    return end + 4 + body
  }

  private func find(_ text: StaticString, in count: Int) -> Int? {
    let size = text.utf8CodeUnitCount
    var position = 0
    while position + size <= min(count, 2000) {
      if memcmp(buffer + position, text.utf8Start, size) == 0 { return position }
      position += 1
    }
    return nil
  }
}

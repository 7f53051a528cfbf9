// How does a device fail at every step of a dialogue?

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import HDHomeRun
import Synchronization

/// A device on loopback, on a free port.
final class TestDevice: Sendable {
  /// What it does with a connection, once a request has come. `nil`: nothing is accepted, and the system's queue is full.
  typealias Answer = @Sendable (_ connection: Int32, _ request: Packet) -> Void

  let port: UInt16
  private let listener: Int32
  private let fillers: [Int32]
  private let counts = Mutex((opened: 0, closed: 0))

  var endpoint: Endpoint? { .numeric("127.0.0.1", port) }
  var opened: Int { counts.withLock { $0.opened } }
  var closed: Int { counts.withLock { $0.closed } }

  init(_ answer: Answer?) {
    listener = TestDevice.socket()
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let fillers: [Int32] = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size)
        getsockname(descriptor, address, &size)
        listen(descriptor, answer == nil ? 0 : 16)
        guard answer == nil else { return [] }
        return (0..<3).map { _ in
          let filler = TestDevice.socket()
          _ = fcntl(filler, F_SETFL, O_NONBLOCK)
          connect(filler, address, size)
          return filler
        }
      }
    }
    self.fillers = fillers
    port = UInt16(bigEndian: address.sin_port)
    if let answer { TestDevice.thread { [self] in accept(answer) } }
  }

  /// A device is stopped by hand: its thread holds it.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for filler in fillers { close(filler) }
    if !fillers.isEmpty { close(listener) }
  }

  private func accept(_ answer: @escaping Answer) {
    while true {
      let connection = systemAccept(listener)
      guard connection >= 0 else { break }
      counts.withLock { $0.opened += 1 }
      TestDevice.thread { [self] in
        while let request = TestDevice.request(connection) { answer(connection, request) }
        close(connection)
        counts.withLock { $0.closed += 1 }
      }
    }
    close(listener)
  }

  /// The next request; nil when the other side has closed the connection.
  private static func request(_ connection: Int32) -> Packet? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while recv(connection, &byte, 1, 0) == 1 {
      bytes.append(byte)
      if let packet = try? Packet(decoding: bytes) { return packet }
    }
    return nil
  }

  static func write(_ bytes: [UInt8], to connection: Int32) {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, flags) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The reply of a device that is well.
  static func reply(to request: Packet, _ values: [String: String]) -> [UInt8] {
    let name = request.tags.first?.text ?? ""
    let tag =
      values[name].map { Packet.Tag(Packet.Tag.value, text: $0) }
      ?? Packet.Tag(Packet.Tag.errorMessage, text: "ERROR: unknown getset variable")
    return (try? Packet(Packet.getReply, [Packet.Tag(Packet.Tag.name, text: name), tag]).encoded()) ?? []
  }

  private static func socket() -> Int32 {
    #if canImport(Glibc)
      Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Glibc)
          guard let argument else { return nil }
        #endif
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

private func systemAccept(_ listener: Int32) -> Int32 { accept(listener, nil, nil) }

/// Waits until something holds; false when it has not for a minute.
func eventually(_ holds: () -> Bool) async -> Bool {
  for _ in 0..<6000 {
    if holds() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return holds()
}

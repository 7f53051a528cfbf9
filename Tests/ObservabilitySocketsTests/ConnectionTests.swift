// Do bytes arrive, do waits end, and is every descriptor closed once?

import Testing

@testable import ObservabilitySockets

@Suite("Connections", .timeLimit(.minutes(30)))
struct ConnectionTests {
  /// A listener, and both ends of one connection to it.
  struct Pair {
    let loop: EventLoop
    let listener: Listener
    let client: Connection
    let server: Connection

    init(_ address: String = "127.0.0.1:0") async throws {
      let loop = try EventLoop(name: "pair")
      let listener = try Listener(loop: loop, address: .parse(address))
      self.loop = loop
      self.listener = listener
      async let accepted = listener.accept()
      client = try await Connection.connect(to: listener.boundAddress, on: loop)
      server = try await accepted
    }
  }

  @Test("Bytes written at one end are read at the other, and the end of the stream is empty")
  func exchange() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    try await pair.client.write(Array("hello".utf8))
    #expect(try await pair.server.read(upTo: 3) == Array("hel".utf8))
    #expect(try await pair.server.read(upTo: 100) == Array("lo".utf8))
    pair.client.shutdownWrite()
    #expect(try await pair.server.read(upTo: 100).isEmpty)
    try await pair.server.write([1])
    #expect(try await pair.client.read(upTo: 9) == [1])
  }

  @Test("A write larger than the socket's buffers waits for the reader")
  func largeWrite() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    let sent = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    async let writing: Void = pair.client.write(sent)
    var received: [UInt8] = []
    while received.count < sent.count {
      let bytes = try await pair.server.read(upTo: 1 << 16)
      if bytes.isEmpty { break }
      received += bytes
    }
    try await writing
    #expect(received == sent)
  }

  @Test("A read and a write end at their deadlines")
  func deadlines() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    let deadline = pair.loop.now + .seconds(60)
    let reading = Task { try await pair.server.read(upTo: 1, deadline: deadline) }
    let writing = Task {
      while true { try await pair.server.write([UInt8](repeating: 0, count: 1 << 20), deadline: deadline) }
    }
    pair.loop.advanceClock(by: .seconds(61))
    let readError = await #expect(throws: SocketError.self) { try await reading.value }
    #expect(readError?.code == .deadlineExceeded)
    let writeError = await #expect(throws: SocketError.self) { try await writing.value }
    #expect(writeError?.code == .deadlineExceeded)
  }

  @Test("Cancelling a task ends its read, and a later read works")
  func cancellation() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    let reader = Task { try await pair.server.read(upTo: 1) }
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    try await pair.client.write([7])
    #expect(try await pair.server.read(upTo: 1) == [7])
  }

  @Test("Closing ends the waits of others, and twice is once")
  func closing() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    let reader = Task { try await pair.server.read(upTo: 1) }
    let accepting = Task { try await pair.listener.accept() }
    pair.server.close()
    pair.server.close()
    pair.listener.close()
    let readError = await #expect(throws: SocketError.self) { try await reader.value }
    #expect(readError?.code == .closed)
    let acceptError = await #expect(throws: SocketError.self) { try await accepting.value }
    #expect(acceptError?.code == .closed || acceptError?.code == .systemCall)
    #expect(try await pair.client.read(upTo: 1).isEmpty)
    await #expect(throws: SocketError.self) { try await pair.server.write([1]) }
  }

  @Test("Writing to a peer that is gone throws and raises no signal")
  func brokenPipe() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    pair.server.close()
    await #expect(throws: SocketError.self) {
      for _ in 0..<1000 { try await pair.client.write([UInt8](repeating: 0, count: 4096)) }
    }
  }

  @Test("The end of the loop ends every wait")
  func loopEnd() async throws {
    let pair = try await Pair()
    let reader = Task { try await pair.server.read(upTo: 1) }
    pair.loop.shutdown()
    await #expect(throws: SocketError.self) { try await reader.value }
  }

  @Test("Connecting to a port where nobody listens names the address")
  func refusedConnection() async throws {
    let pair = try await Pair()
    defer { pair.loop.shutdown() }
    let address = pair.listener.boundAddress
    pair.listener.close()
    let error = await #expect(throws: SocketError.self) {
      _ = try await Connection.connect(to: address, on: pair.loop)
    }
    #expect(error?.message.contains("\(address)") == true)
  }
}

// When can a server listen, and what does it leave behind?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilitySockets

@Suite("Listeners", .timeLimit(.minutes(30)))
struct ListenerTests {
  private func newPath() -> String { "/tmp/listener-\(UInt64.random(in: 0 ... .max)).sock" }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  @Test("Port 0 becomes the port that the system chose")
  func freePort() throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let listener = try Listener(loop: loop, address: .parse("127.0.0.1:0"))
    #expect(listener.boundAddress.port ?? 0 > 0)
    let error = #expect(throws: SocketError.self) {
      _ = try Listener(loop: loop, address: listener.boundAddress)
    }
    #expect(error?.errno == EADDRINUSE)
    #expect(error?.message.contains("\(listener.boundAddress)") == true)
  }

  @Test(
    "What is written to a connection goes out at once, whichever side of it",
    arguments: ["127.0.0.1:0", "[::1]:0"])
  func sendsAtOnce(address: String) async throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    guard let listener = try? Listener(loop: loop, address: .parse(address)) else { return }
    let client = try await Connection.connect(to: listener.boundAddress, on: loop)
    for connection in [try await listener.accept(), client] {
      var isSet: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      #expect(getsockopt(connection.descriptor.fd, Int32(IPPROTO_TCP), TCP_NODELAY, &isSet, &length) == 0)
      #expect(isSet != 0)
    }
  }

  @Test("A Unix socket's file is removed with its listener, a stale one is replaced, a live one is not")
  func unixFiles() async throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let path = newPath()
    let address = SocketAddress.unix(path: path)
    // What a server that was killed leaves behind: a bound socket that nobody has open.
    let abandoned = socketBound(to: path)
    #expect(abandoned >= 0)
    close(abandoned)
    #expect(exists(path))
    let listener = try Listener(loop: loop, address: address)
    let error = #expect(throws: SocketError.self) { _ = try Listener(loop: loop, address: address) }
    #expect(error?.message.contains("another server listens there") == true)
    listener.close()
    await withCheckedContinuation { done in loop.execute { done.resume() } }
    #expect(!exists(path))
  }

  @Test("A listener whose file another one has replaced leaves that alone")
  func replacedFile() async throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let path = newPath()
    let first = try Listener(loop: loop, address: .unix(path: path))
    unlink(path)
    let second = try Listener(loop: loop, address: .unix(path: path))
    first.close()
    await withCheckedContinuation { done in loop.execute { done.resume() } }
    #expect(exists(path))
    second.close()
  }

  @Test("Of servers that come at once to a path that one has left behind, one has it and keeps it")
  func startedAtOnce() async throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    for _ in 1...20 {
      let path = newPath()
      let abandoned = socketBound(to: path)
      close(abandoned)
      let listeners = Locked<[Listener]>([])
      await onThread {
        onThreads(8) { _ in
          guard let listener = try? Listener(loop: loop, address: .unix(path: path)) else { return }
          listeners.withLock { $0.append(listener) }
        }
      }
      let winners = listeners.withLock { $0 }
      #expect(winners.count == 1)
      _ = try await Connection.connect(to: .unix(path: path), on: loop)
      for winner in winners { winner.close() }
      await withCheckedContinuation { done in loop.execute { done.resume() } }
      #expect(!exists(path))
    }
  }

  @Test("A file that is no socket is never removed")
  func otherFile() throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let path = newPath()
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    defer { unlink(path) }
    let error = #expect(throws: SocketError.self) { _ = try Listener(loop: loop, address: .unix(path: path)) }
    #expect(error?.message.contains("is no socket") == true)
    #expect(exists(path))
  }

  #if os(Linux)
    @Test("A listener that defers has those first who have sent something, and the others after a second")
    func deferred() async throws {
      let loop = try EventLoop(name: "listen")
      defer { loop.shutdown() }
      let listener = try Listener(loop: loop, address: .parse("127.0.0.1:0"))
      await withCheckedContinuation { done in
        loop.execute {
          listener.deferAccepting(true)
          done.resume()
        }
      }
      let address = "\(listener.boundAddress)"
      let clients = try await onThread {
        Result { () throws(TestClientError) in
          let (silent, speaking) = (try TestClient(address), try TestClient(address))
          try speaking.sendNow(Array("speaking".utf8))
          return (silent, speaking)
        }
      }.get()
      #expect(try await listener.accept().read(upTo: 100) == Array("speaking".utf8))
      try clients.0.sendNow(Array("silent".utf8))
      #expect(try await listener.accept().read(upTo: 100) == Array("silent".utf8))
    }
  #endif

  @Test("Errors of accepting are told apart as accept(2) has them")
  func acceptFailures() {
    for errno in [ECONNABORTED, EPROTO, ECONNRESET, ENETDOWN, EHOSTUNREACH] {
      #expect(AcceptFailure(errno: errno) == .connectionGone)
    }
    for errno in [EMFILE, ENFILE, ENOBUFS, ENOMEM] { #expect(AcceptFailure(errno: errno) == .outOfResources) }
    for errno in [EBADF, EINVAL, ENOTSOCK] { #expect(AcceptFailure(errno: errno) == .listenerUnusable) }
    #expect(AcceptFailure(errno: EIO) == .other)
  }

  private func socketBound(to path: String) -> Int32 {
    #if canImport(Glibc)
      let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let fd = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    guard fd >= 0 else { return fd }
    let status = SocketAddress.unix(path: path).withSystemAddress { bind(fd, $0, $1) }
    return status == 0 ? fd : -1
  }
}

// Which sockets of systemd's are taken, and which are left alone?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilitySockets

@Suite("Inherited sockets", .timeLimit(.minutes(30)))
struct InheritedSocketTests {
  static let environments: [(variables: [String: String], found: [Int32], error: String)] = [
    ([:], [], "are not set"),
    (["LISTEN_FDS": "1"], [], "are not set"),
    (["LISTEN_PID": "8", "LISTEN_FDS": "1"], [], "LISTEN_PID is \"8\", and this process is 7"),
    (["LISTEN_PID": "x", "LISTEN_FDS": "1"], [], "LISTEN_PID is \"x\""),
    (["LISTEN_PID": "7", "LISTEN_FDS": "0"], [], "LISTEN_FDS is \"0\""),
    (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], [], "LISTEN_FDS is \"-1\""),
    (["LISTEN_PID": "7", "LISTEN_FDS": "99999999999"], [], "not a number from 1 to 1024"),
    (["LISTEN_PID": "7", "LISTEN_FDS": "1"], [], "the names are unknown"),
    (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web"], [], "1 names for 2 sockets"),
    (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "smtp:web"], [4], ""),
    (["LISTEN_PID": "7", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "web:smtp:web"], [3, 5], ""),
    (["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "smtp"], [], "the names are smtp"),
  ]

  @Test("are those of the name, for the process that they are meant for", arguments: environments.indices)
  func named(index: Int) throws {
    let (variables, found, reason) = Self.environments[index]
    do {
      let sockets = try InheritedSocket.named("web", process: 7) { variables[$0] }
      #expect(sockets.map(\.descriptor) == found)
    } catch {
      #expect(error.code == .invalidAddress)
      #expect(error.message.hasPrefix("no socket is inherited as \"systemd:web\": "))
      #expect(!reason.isEmpty && error.message.contains(reason), "\(error)")
    }
  }

  @Test("are listened on by a duplicate, so that the original outlives the listener, closed on exec")
  func duplicated() async throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let (descriptor, port) = try #require(listeningSocket(backlog: 16))
    defer { close(descriptor) }
    for _ in 1...2 {
      let listener = try Listener(
        loop: loop, source: .inherited(InheritedSocket(name: "web", descriptor: descriptor)))
      #expect(listener.boundAddress.description == "127.0.0.1:\(port)")
      #expect(listener.descriptor.fd != descriptor)
      #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
      #expect(fcntl(listener.descriptor.fd, F_GETFD) & FD_CLOEXEC != 0)
      #expect(fcntl(listener.descriptor.fd, F_GETFL) & O_NONBLOCK != 0)
      let client = try await Connection.connect(to: listener.boundAddress, on: loop)
      let accepted = try await listener.accept()
      try await client.write(Array("hello".utf8))
      #expect(try await accepted.read(upTo: 10) == Array("hello".utf8))
      listener.close()
      await withCheckedContinuation { done in loop.execute { done.resume() } }
      #expect(fcntl(descriptor, F_GETFD) >= 0)
    }
  }

  @Test("are refused when they are no stream sockets that listen")
  func others() throws {
    let loop = try EventLoop(name: "listen")
    defer { loop.shutdown() }
    let plain = streamSocket()
    let file = open("/dev/null", O_RDONLY)
    #if canImport(Glibc)
      let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    #else
      let datagram = socket(AF_INET, SOCK_DGRAM, 0)
    #endif
    defer { for descriptor in [plain, file, datagram] { close(descriptor) } }
    for (descriptor, reason) in [
      (plain, "does not listen"), (file, "is no socket"), (datagram, "is no stream socket"),
      (1_000_000, "is not open"),
    ] {
      let error = #expect(throws: SocketError.self) {
        _ = try Listener(
          loop: loop, source: .inherited(InheritedSocket(name: "web", descriptor: descriptor)))
      }
      #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }
    #expect(fcntl(plain, F_GETFD) & FD_CLOEXEC == 0, "what is refused is left as it was")
  }
}

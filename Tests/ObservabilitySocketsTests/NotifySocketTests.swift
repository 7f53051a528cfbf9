// Which addresses of NOTIFY_SOCKET are any, and what of those where nobody takes a message?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilitySockets

@Suite("The socket of NOTIFY_SOCKET", .timeLimit(.minutes(30)))
struct NotifySocketTests {
  private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  /// On Linux a path has at most 107 bytes, and an abstract name with its `@` 108.
  static let addresses: [(address: String, isAny: Bool)] = [
    ("/run/notify", true), ("@name", true), ("/", true), ("@/with/slashes", true), ("@ ", true),
    ("/" + text(SocketAddress.longestUnixPath - 1), true), ("/" + text(SocketAddress.longestUnixPath), false),
    ("@" + text(SocketAddress.longestUnixPath), true), ("@" + text(SocketAddress.longestUnixPath + 1), false),
    ("", false), ("@", false), ("name", false), ("./run/notify", false), (" /run/notify", false),
    ("vsock:2:1234", false), ("vsock-stream:2:1234", false), ("unix:/run/notify", false),
    ("/run/no\0tify", false), ("@na\0me", false), ("/" + text(1_000_000), false), ("\u{1B}[2J\n", false),
  ]

  @Test("has a path or an abstract name, neither too long", arguments: addresses.indices)
  func address(index: Int) {
    let (address, isAny) = Self.addresses[index]
    do throws(SocketError) {
      _ = try NotifySocket(address)
      #expect(isAny, "\(address)")
    } catch {
      #expect(!isAny && error.code == .invalidAddress, "\(address)")
      #expect(error.message.utf8.count < 1024 && !error.message.utf8.contains { $0 < 0x20 })
    }
  }

  @Test("takes whole messages, and says what one could not be sent for, which may pass")
  func failures() throws {
    let receiver = try #require(DatagramReceiver())
    let socket = try NotifySocket(receiver.path)
    #expect(socket.send("READY=1\nSTATUS=ä") == nil)
    #expect(receiver.next() == "READY=1\nSTATUS=ä")
    // Nobody reads.
    var failure: Int32?
    for number in 0..<1_000_000 where failure == nil { failure = socket.send("STATUS=\(number)") }
    #expect(failure == EAGAIN || failure == ENOBUFS)
    receiver.drain()
    #expect(socket.send("WATCHDOG=1") == nil && receiver.next() == "WATCHDOG=1")

    let path = receiver.path + ".late"
    let late = try NotifySocket(path)
    #expect(late.send("a") == ENOENT)
    #expect(rename(receiver.path, path) == 0)
    #expect(late.send("b") == nil && receiver.next() == "b")
    unlink(path)
    #expect(try NotifySocket("/dev/null").send("a") == ECONNREFUSED)
    #expect(try NotifySocket("/dev/null/x").send("a") == ENOTDIR)
  }

  #if os(Linux)
    @Test("has abstract names that end where their length says")
    func abstract() throws {
      let receiver = try #require(DatagramReceiver(isAbstract: true))
      #expect(try NotifySocket(receiver.path).send("READY=1") == nil)
      #expect(receiver.next() == "READY=1")
    }

    @Test("sends to a socket of a stream nothing")
    func stream() async throws {
      let loop = try EventLoop(name: "stream")
      defer { loop.shutdown() }
      let path = "/tmp/notify-stream-\(UInt64.random(in: 0 ... .max)).sock"
      let listener = try Listener(loop: loop, address: .unix(path: path))
      #expect(try NotifySocket(path).send("a") == EPROTOTYPE)
      listener.close()
    }
  #endif
}

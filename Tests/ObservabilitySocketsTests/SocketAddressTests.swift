// Which texts are addresses, and what is said of those that are not?

import Testing

@testable import ObservabilitySockets

@Suite("Socket addresses")
struct SocketAddressTests {
  @Test(
    "An address reads back as it was written",
    arguments: [
      "127.0.0.1:9090", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:9090", "[2001:db8::1]:1",
      "unix:/run/metrics.sock",
    ])
  func roundTrip(text: String) throws {
    #expect(try SocketAddress.parse(text).description == text)
  }

  @Test(
    "What is no address is refused with the text and the reason",
    arguments: [
      ("", "expected host:port"), ("127.0.0.1", "expected host:port"), (":9090", "the host is missing"),
      ("127.0.0.1:", "the port"), ("127.0.0.1:65536", "the port"), ("127.0.0.1:-1", "the port"),
      ("127.0.0.1:9x", "the port"), ("::1:9090", "needs brackets"), ("[::1:9090", "not closed"),
      ("[127.0.0.1]:80", "no IPv6 address"), ("unix:", "is empty"), ("unix:/a\u{0}b", "NUL"),
      ("no-such-host.invalid:80", "was not found"),
    ])
  func refused(text: String, reason: String) {
    let error = #expect(throws: SocketError.self) { try SocketAddress.parse(text) }
    #expect(error?.code == .invalidAddress)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("\"\(text)\"") == true)
  }

  @Test("A path longer than a socket can have is refused")
  func longPath() {
    let longest = SocketAddress.longestUnixPath
    #expect(throws: Never.self) {
      try SocketAddress.parse("unix:" + String(repeating: "p", count: longest))
    }
    #expect(throws: SocketError.self) {
      try SocketAddress.parse("unix:" + String(repeating: "p", count: longest + 1))
    }
  }

  @Test("The bytes of an address are in network order")
  func bytes() throws {
    #expect(try SocketAddress.parse("1.2.3.4:5").ipBytes == [1, 2, 3, 4])
    #expect(try SocketAddress.parse("[::ffff:1.2.3.4]:5").ipBytes.suffix(6) == [255, 255, 1, 2, 3, 4])
    #expect(try SocketAddress.parse("unix:/x").ipBytes.isEmpty)
  }
}

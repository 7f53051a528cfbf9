// Which addresses are trusted?

import EndpointMessages
@testable import ObservabilityEndpoints
import Testing

@Suite("A trusted network")
struct NetworkTests {
  @Test(
    "contains the addresses of its range and no others",
    arguments: [
      ("10.0.0.0/8", [10, 255, 0, 1], true), ("10.0.0.0/8", [11, 0, 0, 0], false),
      ("0.0.0.0/0", [1, 2, 3, 4], true),
      ("192.0.2.7", [192, 0, 2, 7], true), ("192.0.2.7", [192, 0, 2, 8], false),
      ("192.0.2.128/25", [192, 0, 2, 127], false),
      ("192.0.2.128/25", [192, 0, 2, 200], true),
      ("fd00::/8", [0xFD] + [UInt8](repeating: 9, count: 15), true),
      ("fd00::/8", [0xFC] + [UInt8](repeating: 9, count: 15), false),
      ("::1", [UInt8](repeating: 0, count: 15) + [1], true),
      ("10.0.0.0/8", [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 1, 2, 3], true),
      ("127.0.0.0/8", [UInt8](repeating: 0, count: 12) + [127, 0, 0, 1], false),
      ("::/0", [1, 2, 3, 4], false),
      ("2001:db8:0:1::/64", [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 1] + [UInt8](repeating: 7, count: 8), true),
      ("::ffff:0:0/96", [1, 2, 3, 4], true),
      ("::ffff:10.0.0.0/104", [10, 1, 2, 3], true),
      ("::ffff:10.0.0.0/104", [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 1, 2, 3], true),
      ("::ffff:10.0.0.0/104", [11, 1, 2, 3], false),
      ("::ffff:10.0.0.1", [10, 0, 0, 1], true),
      ("::ffff:10.0.0.1", [10, 0, 0, 2], false),
      ("::/80", [1, 2, 3, 4], false),
    ] as [(String, [UInt8], Bool)])
  func contains(text: String, address: [UInt8], isInside: Bool) throws {
    #expect(try #require(IPNetwork(text)).contains(address) == isInside)
  }

  @Test(
    "is not made of what is none",
    arguments: [
      "", "/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0",
      "10.0.0.0.0",
      "10.0.0.256", "010.0.0.0/8", "10.0.0.1/8", "a.b.c.d", "::/129", ":::", "1::2::3", "12345::", "::g",
      ":1", "1:",
      "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "localhost", "::1%eth0", "1.2.3.4::",
      "1:2:3:4:5:6:7::8",
    ])
  func malformed(text: String) {
    #expect(IPNetwork(text) == nil)
  }

  @Test("has Unix sockets on it always and unknown peers never")
  func peers() {
    #expect(EndpointPeer.unix.isOn([]))
    #expect(!EndpointPeer.unknown.isOn([IPNetwork("0.0.0.0/0"), IPNetwork("::/0")].compactMap { $0 }))
    #expect(EndpointPeer.ip([127, 9, 9, 9], port: 1).isOn(IPNetwork.loopback))
    #expect(!EndpointPeer.ip([128, 0, 0, 1], port: 1).isOn(IPNetwork.loopback))
  }

  @Test(
    "a peer is read from the text that servers have of it",
    arguments: [
      ("127.0.0.1", [127, 0, 0, 1]), ("::1", [UInt8](repeating: 0, count: 15) + [1]),
      ("::ffff:10.0.0.1", [10, 0, 0, 1]), ("::FFFF:a00:1", [10, 0, 0, 1]),
      ("fe80::1%eth0", [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]),
      ("", nil), ("localhost", nil), ("127.0.0.1:80", nil), ("[::1]", nil), ("[::1]:80", nil),
      ("127.0.0.1%lo", nil),
      ("1.2.3", nil), ("1.2.3.4.5", nil), ("::1::", nil), ("256.1.1.1", nil), ("127.0.0.1 ", nil), ("%", nil),
    ] as [(String, [UInt8]?)])
  func peerText(text: String, bytes: [UInt8]?) {
    #expect(EndpointPeer(ipAddress: text, port: 7) == bytes.map { .ip($0, port: 7) })
  }
}

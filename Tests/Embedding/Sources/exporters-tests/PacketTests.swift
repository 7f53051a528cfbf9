// Are messages written and read as the device's maker does?

@testable import HDHomeRun
import Testing

private func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal)
  return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}

@Suite("Messages of an HDHomeRun")
struct PacketTests {
  /// Captured from Debian's hdhomerun-config 20220303-3.
  @Test(
    "are what hdhomerun_config sends, byte for byte",
    arguments: [
      ("0004000d030b2f7379732f6d6f64656c008f5b54b5", "/sys/model"),
      ("00040010030e2f74756e6572302f6465627567003ed11c14", "/tuner0/debug"),
      ("0004000b03092f6e6f7468696e67005676e728", "/nothing"),
    ])
  func captured(capture: String, name: String) throws {
    let packet = try Packet(decoding: bytes(capture))
    #expect(packet.type == Packet.getRequest && packet.tags.map(\.type) == [Packet.Tag.name])
    #expect(packet.tags.first?.text == name)
    #expect(try Packet(Packet.getRequest, [.init(Packet.Tag.name, text: name)]).encoded() == bytes(capture))
  }

  @Test("are the discovery that it sends, of any type and any device")
  func discovery() throws {
    let packet = Packet(2, [.init(1, [255, 255, 255, 255]), .init(2, [255, 255, 255, 255])])
    #expect(try packet.encoded() == bytes("0002000c0104ffffffff0204ffffffff73cc7d8f"))
  }

  /// Source: the talk's tcpdump, in which the tool asks for the model before all else.
  @Test("are as long as those of the talk's capture")
  func lengths() throws {
    #expect(try Packet(Packet.getRequest, [.init(Packet.Tag.name, text: "/sys/model")]).encoded().count == 21)
    let reply = Packet(
      Packet.getReply,
      [.init(Packet.Tag.name, text: "/sys/model"), .init(Packet.Tag.value, text: "hdhomerun3_cablecard")])
    #expect(try reply.encoded().count == 44)
  }

  @Test(
    "come back as they were, whatever the lengths of tags",
    arguments: [0, 1, 126, 127, 128, 129, 255, 256, 1449])
  func roundTrip(length: Int) throws {
    let packet = Packet(0xABCD, [.init(0, (0..<length).map { UInt8(truncatingIfNeeded: $0) })])
    let encoded = try packet.encoded()
    #expect(try Packet(decoding: encoded) == packet)
    #expect(try Packet(decoding: Packet(1, []).encoded()) == Packet(1, []))
  }

  @Test("are refused when they are too long")
  func tooLong() {
    #expect(throws: Packet.Fault.tooLong) {
      try Packet(1, [.init(1, [UInt8](repeating: 0, count: 1450))]).encoded()
    }
    #expect(throws: Packet.Fault.tooLong) { try Packet.rest(after: [0, 5, 0xFF, 0xFF]) }
    #expect(throws: Packet.Fault.tooShort) { try Packet.rest(after: []) }
  }

  @Test(
    "that are broken say how",
    arguments: [
      ("", Packet.Fault.tooShort), ("00040000", .tooShort), ("0004000100000000", .wrongLength),
      ("0004000d030b2f7379732f6d6f64656c008f5b54b500", .wrongLength),
      ("0004000d030b2f7379732f6d6f64656c008f5b54b6", .wrongChecksum),
      ("0004000d030b2f7379732f6d6f64656d008f5b54b5", .wrongChecksum), ("0004ffff00000000", .tooLong),
    ])
  func broken(hexadecimal: String, fault: Packet.Fault) {
    #expect(throws: fault) { try Packet(decoding: bytes(hexadecimal)) }
  }

  @Test(
    "whose tags do not add up are refused",
    arguments: [[3], [3, 1], [3, 0x80], [3, 0xFF], [3, 0xFF, 0xFF, 1], [3, 2, 0]])
  func brokenTags(payload: [UInt8]) {
    var bytes: [UInt8] = [0, 4, 0, UInt8(payload.count)] + payload
    let checksum = Packet.checksum(bytes)
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
    #expect(throws: Packet.Fault.brokenTag) { try Packet(decoding: bytes) }
  }

  @Test("of any bytes are read or refused, and what is read is written back", arguments: [UInt64(1), 2, 3])
  func anyBytes(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    for _ in 0..<2000 {
      let payload = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      var bytes: [UInt8] = [0, 4, 0, UInt8(payload.count)] + payload
      let checksum = Packet.checksum(bytes)
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
      guard let packet = try? Packet(decoding: bytes) else { continue }
      #expect(try Packet(decoding: packet.encoded()) == packet, "seed \(seed)")
    }
  }

  @Test("have a text up to the zero byte, whatever bytes it has")
  func texts() {
    #expect(Packet.Tag(4, [0x61, 0, 0x62]).text == "a" && Packet.Tag(4, []).text == "")
    #expect(Packet.Tag(4, [0xFF]).text == "\u{FFFD}")
  }
}

struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

// How does a message to or from an HDHomeRun look in bytes?

/// A message: a type and tags, between their length and a checksum.
///
/// Source: `hdhomerun_pkt.h` of libhdhomerun.
public struct Packet: Sendable, Hashable {
  /// The type of messages that ask for variables.
  public static let getRequest: UInt16 = 4
  /// The type of messages that answer them.
  public static let getReply: UInt16 = 5

  /// An attribute of a message.
  public struct Tag: Sendable, Hashable {
    /// The type of the name of a variable: a text that ends in a zero byte.
    public static let name: UInt8 = 3
    /// The type of its value, and of a text in its place.
    public static let value: UInt8 = 4
    /// The type of a text that says why there is no value.
    public static let errorMessage: UInt8 = 5

    /// What it is.
    public var type: UInt8
    /// Its bytes.
    public var data: [UInt8]

    /// A tag.
    public init(_ type: UInt8, _ data: [UInt8]) {
      self.type = type
      self.data = data
    }

    /// A text, with the zero byte at its end.
    public init(_ type: UInt8, text: String) { self.init(type, Array(text.utf8) + [0]) }

    /// The text before the zero byte.
    public var text: String { String(decoding: data.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// What is wrong with bytes, or with what should become some.
  public enum Fault: Error, Sendable, Hashable {
    case tooShort, tooLong, wrongLength, wrongChecksum, brokenTag
  }

  /// The most bytes of tags.
  public static let mostPayload = 1452
  static let headerSize = 4
  static let checksumSize = 4

  /// What the message is for.
  public var type: UInt16
  /// What it says.
  public var tags: [Tag]

  /// A message.
  public init(_ type: UInt16, _ tags: [Tag]) {
    self.type = type
    self.tags = tags
  }

  /// The bytes.
  public func encoded() throws(Fault) -> [UInt8] {
    var payload: [UInt8] = []
    for tag in tags {
      guard tag.data.count + payload.count + 3 <= Packet.mostPayload else { throw .tooLong }
      payload.append(tag.type)
      let count = tag.data.count
      payload += count < 128 ? [UInt8(count)] : [UInt8(count & 0x7F | 0x80), UInt8(count >> 7)]
      payload += tag.data
    }
    let bytes = [type, UInt16(payload.count)].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + payload
    let checksum = Packet.checksum(bytes)
    return bytes + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
  }

  /// How many bytes follow a header of four.
  static func rest(after header: [UInt8]) throws(Fault) -> Int {
    guard header.count == headerSize else { throw .tooShort }
    let payload = Int(header[2]) << 8 | Int(header[3])
    guard payload <= mostPayload else { throw .tooLong }
    return payload + checksumSize
  }

  /// The message that the bytes are, all of them.
  public init(decoding bytes: [UInt8]) throws(Fault) {
    guard bytes.count >= Packet.headerSize + Packet.checksumSize else { throw .tooShort }
    guard try bytes.count == Packet.headerSize + Packet.rest(after: Array(bytes.prefix(Packet.headerSize)))
    else {
      throw .wrongLength
    }
    let end = bytes.count - Packet.checksumSize
    let checksum = bytes[end...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard Packet.checksum(bytes[..<end]) == checksum else { throw .wrongChecksum }
    self.init(UInt16(bytes[0]) << 8 | UInt16(bytes[1]), [])
    var rest = bytes[Packet.headerSize..<end]
    while let type = rest.popFirst() {
      guard var count = rest.popFirst().map(Int.init) else { throw .brokenTag }
      if count & 0x80 != 0 {
        guard let high = rest.popFirst() else { throw .brokenTag }
        count = count & 0x7F | Int(high) << 7
      }
      guard rest.count >= count else { throw .brokenTag }
      tags.append(Tag(type, Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
  }

  /// CRC-32 as Ethernet has it.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { (sum: UInt32, byte: UInt8) in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
  }
}

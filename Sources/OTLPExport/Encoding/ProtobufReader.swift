// What does a protobuf message hold that somebody else has sent?

/// Why bytes are no message.
package enum ProtobufError: Error, Hashable {
  /// They end within a field.
  case truncated
  /// A number has more than 64 bits.
  case overlongVarint
  /// A field has the number 0, or one of more than 29 bits.
  case invalidFieldNumber
  /// A field is of a type that there is not, or of a group, which OTLP does not have.
  case unsupportedWireType(UInt8)
}

/// Reads the fields of a message one after the other. Bytes that are none end it with an error; nothing is
/// copied, and nothing depends on a length that was not compared with what there is.
///
/// Source: "Protocol Buffers: Encoding".
struct ProtobufReader {
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case lengthDelimited(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field; nil after the last one.
  mutating func next() throws(ProtobufError) -> (number: UInt32, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    guard let number = UInt32(exactly: tag >> 3), 1..<(1 << 29) ~= number else { throw .invalidFieldNumber }
    let type = UInt8(truncatingIfNeeded: tag & 7)
    switch type {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(rest.count) else { throw .truncated }
      return (number, .lengthDelimited(take(Int(length))))
    case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw .unsupportedWireType(type)
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    var result: UInt64 = 0
    for (index, byte) in rest.prefix(10).enumerated() {
      // The tenth byte has room for the last of the 64 bits.
      guard index < 9 || byte <= 1 else { throw .overlongVarint }
      result |= UInt64(byte & 0x7F) << UInt64(7 * index)
      if byte < 0x80 {
        rest = rest.dropFirst(index + 1)
        return result
      }
    }
    throw .truncated
  }

  private mutating func fixed(_ count: Int) throws(ProtobufError) -> UInt64 {
    guard rest.count >= count else { throw .truncated }
    return take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

// Are numbers and lengths written as protobuf has them, and is anything else noticed when it is read?

import TestSupport
import Testing

@testable import OTLPExport

@Suite("Protobuf")
struct ProtobufTests {
  private func written(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return [UInt8](writer.bytes)
  }

  @Test(
    "writes varints of every length",
    arguments: (0..<64).flatMap { bit -> [UInt64] in
      let power: UInt64 = 1 << UInt64(bit)
      return [power, power - 1, power + (power - 1)]
    } + [UInt64.max])
  func varints(value: UInt64) throws {
    var expected: [UInt8] = []
    var rest = value
    repeat {
      expected.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    let bytes = written { writer in
      writer.reserve(12)
      writer.varint(value)
      writer.tag(1, .varint)
    }
    #expect(bytes == [8] + expected)
    var reader = ProtobufReader(bytes[...])
    let field = try #require(try reader.next())
    #expect(field == (1, .varint(value)))
    #expect(try reader.next() == nil)
  }

  @Test("writes field numbers of one and of two bytes", arguments: Array(UInt8(1)...127))
  func tags(number: UInt8) throws {
    for type in [ProtobufWriter.WireType.varint, .fixed64, .lengthDelimited, .fixed32] {
      let tag = UInt16(number) << 3 | UInt16(type.rawValue)
      let expected = tag < 128 ? [UInt8(tag)] : [UInt8(tag & 0x7F) | 0x80, UInt8(tag >> 7)]
      let bytes = written { writer in
        writer.reserve(2)
        writer.tag(number, type)
      }
      #expect(bytes == expected)
    }
  }

  @Test("grows by what does not fit, and gives unusual amounts of memory back")
  func growth() throws {
    var writer = ProtobufWriter()
    for count in [0, 1, 127, 128, 1023, 1024, 1025, 16_383, 16_384, 3 << 20, 5] {
      writer.removeAll()
      #expect(writer.capacity <= 1 << 20)
      let text = String(repeating: "x", count: count)
      writer.presentField(2, text: text)
      writer.message(1) { $0.presentField(2, text: "end") }
      let fields = try MessageFields([UInt8](writer.bytes)[...])
      #expect(fields.numbers == [1, 2])
      #expect(fields.bytes(2).first?.count == count)
      #expect(try fields.messages(1).first?.text(2) == "end")
    }
  }

  @Test(
    "reads what is a field, and says what is none",
    arguments: [
      ([], .success([])),
      ([0x08, 0x96, 0x01], .success([1])),
      ([0x09, 1, 0, 0, 0, 0, 0, 0, 0], .success([1])),
      ([0x0D, 1, 0, 0, 0], .success([1])),
      ([0x0A, 0], .success([1])),
      ([0x0A, 2, 1, 2, 0x10, 1], .success([1, 2])),
      ([0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0], .success([(1 << 29) - 1])),
      // Longer than it has to be, and still no more than ten bytes.
      ([0x88, 0x80, 0, 1], .success([1])),
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [1], .success([1])),
      ([0x08], .failure(.truncated)),
      ([0x08, 0x80], .failure(.truncated)),
      ([0x80], .failure(.truncated)),
      ([0x09, 1, 2, 3], .failure(.truncated)),
      ([0x0D, 1, 2, 3], .failure(.truncated)),
      ([0x0A], .failure(.truncated)),
      ([0x0A, 3, 1, 2], .failure(.truncated)),
      ([0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1], .failure(.truncated)),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .failure(.truncated)),
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [2], .failure(.overlongVarint)),
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [1], .failure(.overlongVarint)),
      ([UInt8](repeating: 0xFF, count: 32), .failure(.overlongVarint)),
      ([0x00, 1], .failure(.invalidFieldNumber)),
      ([0x02, 0], .failure(.invalidFieldNumber)),
      ([0x80, 0x80, 0x80, 0x80, 0x10, 0], .failure(.invalidFieldNumber)),
      ([0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0], .failure(.invalidFieldNumber)),
      ([0x0B, 0x0C], .failure(.unsupportedWireType(3))),
      ([0x0C], .failure(.unsupportedWireType(4))),
      ([0x0E, 0], .failure(.unsupportedWireType(6))),
      ([0x0F, 0], .failure(.unsupportedWireType(7))),
      // JSON, and a page.
      (Array("{}".utf8), .failure(.unsupportedWireType(3))),
      (Array("<html>".utf8), .failure(.unsupportedWireType(4))),
    ] as [([UInt8], Result<[UInt32], ProtobufError>)])
  func reading(bytes: [UInt8], expected: Result<[UInt32], ProtobufError>) {
    let found = Result<[UInt32], ProtobufError> { () throws(ProtobufError) in
      var reader = ProtobufReader(bytes[...])
      var numbers: [UInt32] = []
      while let field = try reader.next() { numbers.append(field.number) }
      return numbers
    }
    #expect(found == expected)
  }
}

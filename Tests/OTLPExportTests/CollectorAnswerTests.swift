// Is a collector's answer read as it is meant, and never trusted?

import TestSupport
import Testing

@testable import OTLPExport

@Suite("A collector's answer")
struct CollectorAnswerTests {
  private static func varint(_ value: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = UInt64(bitPattern: value)
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  private static func message(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(Int64(bytes.count)) + bytes
  }

  private static func response(_ rejected: Int64?, _ text: String? = nil) -> [UInt8] {
    let count = rejected.map { [8] + varint($0) } ?? []
    return message(1, count + (text.map { message(2, Array($0.utf8)) } ?? []))
  }

  @Test(
    "says how many spans were rejected, never more than were sent and never less than none",
    arguments: [
      ([], 0, "", false),
      (response(nil), 0, "", false),
      (response(0), 0, "", false),
      (response(0, "slow down"), 0, "slow down", false),
      (response(3, "too old"), 3, "too old", false),
      (response(10), 10, "", false),
      (response(11), 10, "", true),
      (response(.max), 10, "", true),
      (response(-1), 0, "", true),
      (response(.min), 0, "", true),
      (response(2, "line\nof a log"), 2, "line\\nof a log", false),
      // Later ones count, field by field.
      (response(2, "a") + response(4), 4, "a", false),
      // Unknown fields, and known ones of other types, are skipped.
      ([0x10, 5] + message(9, [1, 2, 3]) + response(1), 1, "", false),
      ([0x08, 5], 0, "", false),
      (message(1, [0x0D, 1, 0, 0, 0, 0x10, 7, 0x18, 1]), 0, "", false),
      (message(1, message(2, [0xFF, 0xC3])), 0, "\u{FFFD}\u{FFFD}", false),
    ] as [([UInt8], Int, String, Bool)])
  func responses(bytes: [UInt8], rejected: Int, message: String, isImpossible: Bool) throws {
    let response = try TraceExportResponse(bytes, sent: 10)
    #expect(response.rejectedSpans == rejected)
    #expect(response.message == message)
    #expect(response.hasImpossibleCount == isImpossible)
  }

  @Test("is an error where it is no message, within another or by itself")
  func malformed() {
    for bytes in [[0x0A], [0x0A, 2, 0x08, 0x80], [0x0A, 1, 0x0B], Array("{}".utf8)] as [[UInt8]] {
      #expect(throws: ProtobufError.self) { try TraceExportResponse(bytes, sent: 1) }
    }
    for bytes in [[0x08], [0x12, 9, 1], Array("<html>".utf8)] as [[UInt8]] {
      #expect(throws: ProtobufError.self) { try CollectorStatus(bytes) }
    }
  }

  @Test(
    "has the status of a request that was not taken",
    arguments: [
      ([], 0, ""), ([8, 3], 3, ""), ([8, 3] + message(2, Array("bad".utf8)), 3, "bad"),
      ([8] + varint(-1), -1, ""), ([8] + varint(1 << 32 | 7), 7, ""),
      ([8, 3] + message(3, [1, 2, 3, 255]) + [8, 4], 4, ""),
      (message(1, [1]) + [0x15, 1, 2, 3, 4], 0, ""),
    ] as [([UInt8], Int32, String)])
  func statuses(bytes: [UInt8], code: Int32, message: String) throws {
    let status = try CollectorStatus(bytes)
    #expect(status.code == code && status.message == message)
  }

  @Test("has a message of at most a kibibyte, on one line, whatever was sent")
  func longMessages() throws {
    for text in ["x", "é", "\u{2028}", "\0", "\r\n", "😀"] {
      let bytes = Array(String(repeating: text, count: 1 << 20).utf8)
      let status = try CollectorStatus(Self.message(2, bytes))
      #expect(status.message.utf8.count <= 1024 && status.message.utf8.count > 1000)
      #expect(status.message.hasSuffix("…"))
      #expect(!status.message.contains(where: \.isNewline) && !status.message.contains("\u{FFFD}"))
      let response = try TraceExportResponse(Self.message(1, Self.message(2, bytes)), sent: 1)
      #expect(response.message == status.message)
    }
  }

  @Test("may be any bytes", arguments: [SeededGenerator.seed])
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<(2_000 * SeededGenerator.rounds) {
      var bytes = Self.response(.random(in: -5...50, using: &generator), "text") + [0x12, 1, 7]
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = .random(in: .min ... .max, using: &generator)
      }
      bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &generator)))
      let sent = Int.random(in: 0...20, using: &generator)
      if let response = try? TraceExportResponse(bytes, sent: sent) {
        #expect(0...sent ~= response.rejectedSpans && response.message.utf8.count <= 1024)
      }
      _ = try? CollectorStatus(bytes)
    }
    #expect((try? TraceExportResponse(Self.response(3), sent: .min))?.rejectedSpans == 0)
  }
}

// How do tests look into a message?

@testable import OTLPExport

/// The fields of a message, by their numbers.
struct MessageFields {
  private let fields: [(number: UInt32, value: ProtobufReader.Value)]

  init(_ bytes: ArraySlice<UInt8>) throws {
    var reader = ProtobufReader(bytes)
    var fields: [(number: UInt32, value: ProtobufReader.Value)] = []
    while let field = try reader.next() { fields.append(field) }
    self.fields = fields
  }

  /// The numbers in their order.
  var numbers: [UInt32] { fields.map(\.number) }

  func bytes(_ number: UInt32) -> [ArraySlice<UInt8>] {
    fields.compactMap { field in
      guard field.number == number, case .lengthDelimited(let bytes) = field.value else { return nil }
      return bytes
    }
  }

  func messages(_ number: UInt32) throws -> [MessageFields] {
    try bytes(number).map { try MessageFields($0) }
  }
  func text(_ number: UInt32) -> String? { bytes(number).first.map { String(decoding: $0, as: UTF8.self) } }

  /// Of whatever type it is.
  func number(_ number: UInt32) -> UInt64? {
    switch fields.first(where: { $0.number == number })?.value {
    case .varint(let value), .fixed64(let value): value
    case .fixed32(let value): UInt64(value)
    case .lengthDelimited, nil: nil
    }
  }

  /// The `Span` messages of a request.
  static func spans(of request: [UInt8]) throws -> [MessageFields] {
    try MessageFields(request[...]).messages(1).flatMap { try $0.messages(2) }.flatMap { try $0.messages(2) }
  }
}

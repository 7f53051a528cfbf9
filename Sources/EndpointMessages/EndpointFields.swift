// Which header fields does a message have?

/// The header fields of a request or a response, in order; names compare without regard to case.
///
/// The fields are kept as the bytes they came in or go out in. A value becomes a `String` when it is
/// asked for, with bytes that are no UTF-8 replaced.
public struct EndpointFields: Sendable, ExpressibleByDictionaryLiteral {
  /// Where a field's name and value lie in `bytes`.
  package struct Position: Sendable {
    package var nameStart: UInt32
    package var nameEnd: UInt32
    package var valueStart: UInt32
    package var valueEnd: UInt32

    package init(nameStart: UInt32, nameEnd: UInt32, valueStart: UInt32, valueEnd: UInt32) {
      self.nameStart = nameStart
      self.nameEnd = nameEnd
      self.valueStart = valueStart
      self.valueEnd = valueEnd
    }
  }

  package private(set) var bytes: [UInt8]
  package private(set) var positions: ContiguousArray<Position>

  /// No fields.
  public init() {
    bytes = []
    positions = []
  }

  /// The fields given, in that order.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value) }
  }

  package init(bytes: [UInt8], positions: ContiguousArray<Position>) {
    self.bytes = bytes
    self.positions = positions
  }

  /// How many fields there are.
  public var count: Int { positions.count }

  /// Adds a field at the end.
  ///
  /// A name that is no token (RFC 9110, section 5.6.2) adds nothing; a control byte in a value, a line
  /// break above all, becomes a space, so that no value can begin another field.
  public mutating func append(_ name: String, _ value: String) {
    guard !name.isEmpty, name.utf8.allSatisfy({ ByteSet.token.contains($0) }) else { return }
    let total = bytes.count + name.utf8.count + value.utf8.count
    guard UInt32(exactly: total) != nil else { return }
    let nameStart = UInt32(bytes.count)
    bytes.append(contentsOf: name.utf8)
    let nameEnd = UInt32(bytes.count)
    for byte in value.utf8 { bytes.append(ByteSet.isFieldContent(byte) ? byte : .space) }
    positions.append(
      Position(nameStart: nameStart, nameEnd: nameEnd, valueStart: nameEnd, valueEnd: UInt32(bytes.count)))
  }

  /// Removes the fields of that name, and adds this one at the end.
  public mutating func set(_ name: String, _ value: String) {
    remove(name)
    append(name, value)
  }

  /// Removes every field of that name.
  public mutating func remove(_ name: String) {
    let kept = positions.filter { !matches($0, name) }
    positions = ContiguousArray(kept)
  }

  /// The value of the first field of that name, `nil` when there is none.
  public subscript(_ name: String) -> String? {
    for position in positions where matches(position, name) { return value(position) }
    return nil
  }

  /// The values of every field of that name, in order.
  public func all(_ name: String) -> [String] {
    positions.compactMap { matches($0, name) ? value($0) : nil }
  }

  /// Every field, in order.
  public var list: [(name: String, value: String)] {
    positions.map {
      (String(decoding: bytes[Int($0.nameStart)..<Int($0.nameEnd)], as: UTF8.self), value($0))
    }
  }

  private func value(_ position: Position) -> String {
    String(decoding: bytes[Int(position.valueStart)..<Int(position.valueEnd)], as: UTF8.self)
  }

  private func matches(_ position: Position, _ name: String) -> Bool {
    let stored = bytes[Int(position.nameStart)..<Int(position.nameEnd)]
    guard stored.count == name.utf8.count else { return false }
    return zip(stored, name.utf8).allSatisfy { $0.lowercased == $1.lowercased }
  }
}

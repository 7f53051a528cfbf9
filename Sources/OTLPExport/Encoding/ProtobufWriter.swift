// How are protobuf messages written in one pass?

import ObservabilityPlatform

/// Writes messages from their end to their beginning.
///
/// A message stands behind its length: forwards, it has to be measured before it is written, or moved
/// afterwards. Backwards, its length is known when the place for it is reached. So the last field is written
/// first, and what reads `writer.bytes` finds everything in order.
///
/// Texts are valid UTF-8, as protobuf asks for: a `String` holds nothing else.
///
/// Source: "Protocol Buffers: Encoding".
struct ProtobufWriter: ~Copyable {
  private var buffer: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  // The first byte that is written.
  private var cursor: UnsafeMutablePointer<UInt8>

  /// What is kept of a buffer for the next messages.
  private static let keptCapacity = 1 << 20
  private static let leastCapacity = 1 << 10

  init() {
    capacity = ProtobufWriter.leastCapacity
    buffer = .allocate(capacity: capacity)
    cursor = buffer + capacity
  }

  deinit { buffer.deallocate() }

  /// How many bytes are written.
  @inline(__always)
  var count: Int { (buffer + capacity) - cursor }

  /// What is written; valid until the next change.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: cursor, count: count) }

  /// Forgets what is written. The memory of an unusually long message is given back.
  mutating func removeAll() {
    if capacity > ProtobufWriter.keptCapacity {
      buffer.deallocate()
      capacity = ProtobufWriter.leastCapacity
      buffer = .allocate(capacity: capacity)
    }
    cursor = buffer + capacity
  }

  // MARK: - Room

  /// Makes room for so many bytes, which the methods below that say so do not ask for themselves.
  @inline(__always)
  mutating func reserve(_ bytes: Int) {
    if cursor - buffer < bytes { grow(by: bytes) }
  }

  @inline(never)
  private mutating func grow(by bytes: Int) {
    let count = self.count
    let newCapacity = max(2 * capacity, count + bytes)
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    let newCursor = new + (newCapacity - count)
    newCursor.update(from: cursor, count: count)
    buffer.deallocate()
    buffer = new
    capacity = newCapacity
    cursor = newCursor
  }

  // MARK: - Fields, whose room is reserved

  /// The most bytes that a varint takes.
  static let longestVarint = 10

  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// One byte, of reserved room.
  @inline(__always)
  mutating func byte(_ value: UInt8) {
    cursor -= 1
    cursor.pointee = value
  }

  /// A field's number and type, of reserved room: one byte up to number 15, else two.
  @inline(__always)
  mutating func tag(_ number: UInt8, _ type: WireType) {
    if number < 16 {
      byte(number << 3 | type.rawValue)
    } else {
      byte(number >> 4)
      byte(number << 3 & 0x7F | 0x80 | type.rawValue)
    }
  }

  /// A varint, of reserved room.
  @inline(__always)
  mutating func varint(_ value: UInt64) {
    if value < 0x80 { byte(UInt8(truncatingIfNeeded: value)) } else { longVarint(value) }
  }

  @inline(__always)
  private mutating func longVarint(_ value: UInt64) {
    let length = (70 &- value.leadingZeroBitCount) / 7
    cursor -= length
    var rest = value
    for index in 0..<(length &- 1) {
      cursor[index] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
    }
    cursor[length &- 1] = UInt8(truncatingIfNeeded: rest)
  }

  /// Eight bytes, the lowest first, of reserved room.
  @inline(__always)
  mutating func fixed64(_ value: UInt64) {
    cursor -= 8
    UnsafeMutableRawPointer(cursor).storeBytes(of: value.littleEndian, as: UInt64.self)
  }

  /// Four bytes, the lowest first, of reserved room.
  @inline(__always)
  mutating func fixed32(_ value: UInt32) {
    cursor -= 4
    UnsafeMutableRawPointer(cursor).storeBytes(of: value.littleEndian, as: UInt32.self)
  }

  // MARK: - Fields that reserve their room

  /// A number, which is left out when it is 0.
  @inline(__always)
  mutating func field(_ number: UInt8, uint32 value: Int) {
    guard value > 0 else { return }
    reserve(ProtobufWriter.longestVarint + 2)
    varint(UInt64(UInt32(clamping: value)))
    tag(number, .varint)
  }

  /// Nanoseconds since 1970-01-01 UTC, which are left out when they are 0, and no earlier than that.
  @inline(__always)
  mutating func field(_ number: UInt8, time: Int64) {
    guard time > 0 else { return }
    reserve(10)
    fixed64(UInt64(time))
    tag(number, .fixed64)
  }

  /// A text, which is left out when it is empty.
  @inline(__always)
  mutating func field(_ number: UInt8, text: String) {
    guard !text.isEmpty else { return }
    presentField(number, text: text)
  }

  /// A text, be it empty.
  @inline(__always)
  mutating func presentField(_ number: UInt8, text: String) {
    let count = text.utf8.count
    reserve(count + ProtobufWriter.longestVarint + 2)
    cursor -= count
    let place = cursor
    let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      if let start = bytes.baseAddress { place.update(from: start, count: bytes.count) }
    }
    if isContiguous == nil { ProtobufWriter.copy(text, to: place) }
    varint(UInt64(count))
    tag(number, .lengthDelimited)
  }

  /// A text that Swift does not have as UTF-8, which one of another language may be.
  @inline(never)
  private static func copy(_ text: String, to place: UnsafeMutablePointer<UInt8>) {
    for (index, byte) in text.utf8.enumerated() { place[index] = byte }
  }

  /// A message, be it empty: what `body` writes.
  @inline(__always)
  mutating func message(_ number: UInt8, _ body: (inout ProtobufWriter) -> Void) {
    let before = count
    body(&self)
    let length = count - before
    reserve(ProtobufWriter.longestVarint + 2)
    varint(UInt64(length))
    tag(number, .lengthDelimited)
  }

  /// Fields that were written before.
  mutating func append(_ bytes: [UInt8]) {
    reserve(bytes.count)
    cursor -= bytes.count
    bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { cursor.update(from: start, count: source.count) }
    }
  }
}

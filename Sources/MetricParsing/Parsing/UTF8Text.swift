// Are these bytes UTF-8, and how many characters?

enum UTF8Text {
  /// The offset of the first byte that begins no scalar; nil when all do. By the table of the Unicode
  /// Standard, "Well-Formed UTF-8 Byte Sequences".
  static func firstWrongByte(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var position = 0
    while position < bytes.count {
      let first = bytes[position]
      guard first >= 0x80 else {
        position += 1
        continue
      }
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch first {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      default: return position
      }
      guard bytes.count - position >= length, second.contains(bytes[position + 1]) else { return position }
      for index in 2..<max(length, 2) where bytes[position + index] & 0xC0 != 0x80 { return position }
      position += length
    }
    return nil
  }

  /// The number of scalars in bytes that are UTF-8.
  static func scalars(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }
}

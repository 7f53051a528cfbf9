// What stands next in a line?

import ObservabilityPlatform

/// A line, taken from the front byte by byte. It must not outlive the bytes.
struct LineReader {
  private let base: UnsafeRawPointer
  let end: Int
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    // An empty line may have no address; nothing is read from this one.
    base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = bytes.count
  }

  var isAtEnd: Bool { position == end }

  @inline(__always)
  var next: UInt8? { position < end ? base.load(fromByteOffset: position, as: UInt8.self) : nil }

  @inline(__always)
  subscript(offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  func problem(_ reason: String, at offset: Int? = nil) -> LineProblem {
    LineProblem(offset: offset ?? position, reason: reason)
  }

  /// What was found where something else was expected.
  func unexpected(_ wanted: String) -> LineProblem {
    problem(isAtEnd ? "\(wanted) is missing" : "\(wanted) was expected, not \(shown(bytes(position..<end)))")
  }

  @inline(__always)
  mutating func skip(_ count: Int = 1) { position &+= count }

  mutating func skipToEnd() { position = end }

  /// Spaces and tabs.
  @inline(__always)
  mutating func skipBlanks() {
    while position < end, self[position].isBlank { position &+= 1 }
  }

  @inline(__always)
  mutating func takes(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position &+= 1
    return true
  }

  mutating func takes(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard end - position >= count, memcmp(base + position, text.utf8Start, count) == 0 else { return false }
    position += count
    return true
  }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`, with colons where `colons`; empty when none comes next.
  @inline(__always)
  mutating func name(colons: Bool) -> UnsafeRawBufferPointer {
    let start = position
    guard position < end, !self[position].isDigit else { return bytes(start..<start) }
    while position < end, self[position].isNameByte || (colons && self[position] == UInt8(ascii: ":")) {
      position &+= 1
    }
    return bytes(start..<position)
  }

  /// Up to the next blank or the end.
  @inline(__always)
  mutating func token() -> UnsafeRawBufferPointer {
    let start = position
    while position < end, !self[position].isBlank { position &+= 1 }
    return bytes(start..<position)
  }

  /// Up to the next space or the end: a tab is no separator of OpenMetrics.
  @inline(__always)
  mutating func word() -> UnsafeRawBufferPointer {
    let start = position
    while position < end, self[position] != UInt8(ascii: " ") { position &+= 1 }
    return bytes(start..<position)
  }

  /// Takes what stands up to a closing quote, which is taken too; the opening one has been.
  ///
  /// - Returns: the bytes as they are written, and whether they hold escapes.
  @inline(__always)
  mutating func quoted() throws(LineProblem) -> (bytes: UnsafeRawBufferPointer, hasEscapes: Bool) {
    let start = position
    var hasEscapes = false
    var all: UInt8 = 0
    while position < end {
      let byte = self[position]
      if byte == UInt8(ascii: "\"") {
        let text = bytes(start..<position)
        if all >= 0x80, let wrong = UTF8Text.firstWrongByte(text) {
          throw problem("this is not UTF-8", at: start + wrong)
        }
        position &+= 1
        return (text, hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position &+= 1
        if position == end { break }
        all |= self[position]
      }
      all |= byte
      position &+= 1
    }
    throw problem("the text in quotes has no end", at: start - 1)
  }
}

extension UInt8 {
  @inline(__always)
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

  @inline(__always)
  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// A letter, a digit or an underscore.
  @inline(__always)
  var isNameByte: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 || isDigit || self == UInt8(ascii: "_") }
}

extension UnsafeRawPointer {
  /// The offset of the first such byte.
  @inline(__always)
  func firstByte(_ byte: UInt8, from start: Int, to end: Int) -> Int? {
    memchr(self + start, CInt(byte), end - start).map { UnsafeRawPointer($0) - self }
  }
}

extension UnsafeRawBufferPointer {
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard count > 0, let mine = baseAddress, let theirs = other.baseAddress else { return true }
    return memcmp(mine, theirs, count) == 0
  }

  func isSame(as text: StaticString) -> Bool {
    isSame(as: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

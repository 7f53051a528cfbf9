// How are the bytes of a message told apart and taken apart?

extension UInt8 {
  @inlinable @inline(__always) package static var tab: UInt8 { 9 }
  @inlinable @inline(__always) package static var lineFeed: UInt8 { 10 }
  @inlinable @inline(__always) package static var carriageReturn: UInt8 { 13 }
  @inlinable @inline(__always) package static var space: UInt8 { 32 }
  @inlinable @inline(__always) package static var delete: UInt8 { 127 }

  /// The lower-case form of an ASCII letter, any other byte as it is.
  @inlinable @inline(__always) package var lowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }

  /// The value of a hexadecimal digit.
  @inlinable @inline(__always) package var hexadecimalValue: UInt8? {
    switch self {
    case 48...57: self &- 48
    case 65...70: self &- 55
    case 97...102: self &- 87
    default: nil
    }
  }

  @inlinable @inline(__always) package var isDigit: Bool { self >= 48 && self <= 57 }
}

extension UnsafeBufferPointer where Element == UInt8 {
  /// The part from `start` up to `end`; empty when the bounds are not inside.
  @inlinable @inline(__always)
  package func part(_ start: Int, _ end: Int) -> UnsafeBufferPointer {
    guard start >= 0, start < end, end <= count else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(rebasing: self[start..<end])
  }

  /// Whether these are the bytes of a lower-case ASCII text, in any case.
  @inlinable @inline(__always)
  package func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    guard count == lowercase.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index].lowercased != lowercase.utf8Start[index] { return false }
    return true
  }

  /// The part without spaces and tabs at its ends.
  @inlinable
  package func trimmed() -> UnsafeBufferPointer {
    var start = 0
    var end = count
    while start < end, self[start] == .space || self[start] == .tab { start += 1 }
    while end > start, self[end - 1] == .space || self[end - 1] == .tab { end -= 1 }
    return part(start, end)
  }

  /// The members of a comma-separated list, trimmed; empty members are left out (RFC 9110, 5.6.1).
  @inlinable
  package func forEachListMember(_ body: (UnsafeBufferPointer) -> Void) {
    var start = 0
    while start <= count {
      var end = start
      while end < count, self[end] != UInt8(ascii: ",") { end += 1 }
      let member = part(start, end).trimmed()
      if !member.isEmpty { body(member) }
      start = end + 1
    }
  }
}

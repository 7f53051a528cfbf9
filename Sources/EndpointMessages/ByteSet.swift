// Which bytes may stand where in a request?

/// A set of ASCII bytes as two words, so that a test is a shift and no table lookup.
package struct ByteSet: Sendable {
  @usableFromInline let low: UInt64
  @usableFromInline let high: UInt64

  @inlinable
  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  @inlinable @inline(__always)
  package func contains(_ byte: UInt8) -> Bool {
    if byte < 64 { return (low >> UInt64(byte)) & 1 == 1 }
    if byte < 128 { return (high >> UInt64(byte &- 64)) & 1 == 1 }
    return false
  }

  /// `tchar`: letters, digits and ``!#$%&'*+-.^_`|~`` (RFC 9110, section 5.6.2).
  @inlinable @inline(__always) package static var token: ByteSet {
    ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// `pchar` and `/`, but for `%` (RFC 3986, section 3.3).
  @inlinable @inline(__always) package static var path: ByteSet {
    ByteSet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
  }

  /// `pchar`, `/` and `?`, but for `%` (RFC 3986, section 3.4), and ``[]|^{}` ``, which clients send
  /// as they are, Prometheus in `name[]` among them.
  @inlinable @inline(__always) package static var query: ByteSet {
    ByteSet(low: 0xAFFF_FFD2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)
  }

  /// `reg-name`, with the `%` of its escapes (RFC 3986, section 3.2.2).
  @inlinable @inline(__always) package static var registeredName: ByteSet {
    ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }

  /// `field-vchar`, space and tab: no other control, no NUL (RFC 9110, section 5.5).
  @inlinable @inline(__always)
  package static func isFieldContent(_ byte: UInt8) -> Bool { (byte >= 32 && byte != 127) || byte == 9 }
}

extension UInt8 {
  @inlinable @inline(__always) package static var tab: UInt8 { 9 }
  @inlinable @inline(__always) package static var lineFeed: UInt8 { 10 }
  @inlinable @inline(__always) package static var carriageReturn: UInt8 { 13 }
  @inlinable @inline(__always) package static var space: UInt8 { 32 }

  /// The lower-case form of an ASCII letter, any other byte as it is.
  @inlinable @inline(__always) package var lowercased: UInt8 { self >= 65 && self <= 90 ? self | 32 : self }

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
      while end < count, self[end] != 44 { end += 1 }
      let member = part(start, end).trimmed()
      if !member.isEmpty { body(member) }
      start = end + 1
    }
  }
}

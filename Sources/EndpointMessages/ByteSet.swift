// Which bytes may stand where in a request?

/// A set of ASCII bytes as two words, so that a test is a shift and no table lookup.
@usableFromInline
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
  static var registeredName: ByteSet {
    ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }

  /// `field-vchar`, space and tab: no other control, no NUL (RFC 9110, section 5.5).
  @inlinable @inline(__always)
  package static func isFieldContent(_ byte: UInt8) -> Bool {
    (byte >= .space && byte != .delete) || byte == UInt8(ascii: "\t")
  }
}

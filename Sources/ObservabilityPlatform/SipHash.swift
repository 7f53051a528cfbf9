// How is a name hidden from those who do not have the key, and yet the same each time?

/// SipHash-2-4: a keyed hash of 64 bits. Without the key, a hash says nothing of the name, not even to one who tries all
/// names there are.
///
/// Source: J.-P. Aumasson, D. Bernstein, "SipHash: a fast short-input PRF" (INDOCRYPT 2012), whose test vectors it gives.
package struct SipHash: Sendable {
  @usableFromInline let k0: UInt64
  @usableFromInline let k1: UInt64

  /// A key of two words, the first eight bytes and the last as little-endian numbers.
  package init(_ k0: UInt64, _ k1: UInt64) {
    self.k0 = k0
    self.k1 = k1
  }

  /// A key that nobody knows.
  package static func random() -> SipHash {
    SipHash(UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
  }

  /// A key that follows from a secret of any length.
  package init(secret: [UInt8]) {
    self.init(SipHash(0, 0).hash(secret), SipHash(0, 1).hash(secret))
  }

  @inlinable
  package func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
    var v0 = k0 ^ 0x736f_6d65_7073_6575
    var v1 = k1 ^ 0x646f_7261_6e64_6f6d
    var v2 = k0 ^ 0x6c79_6765_6e65_7261
    var v3 = k1 ^ 0x7465_6462_7974_6573

    func round() {
      v0 = v0 &+ v1
      v1 = rotated(v1, 13) ^ v0
      v0 = rotated(v0, 32)
      v2 = v2 &+ v3
      v3 = rotated(v3, 16) ^ v2
      v0 = v0 &+ v3
      v3 = rotated(v3, 21) ^ v0
      v2 = v2 &+ v1
      v1 = rotated(v1, 17) ^ v2
      v2 = rotated(v2, 32)
    }
    func take(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << (8 * (count & 7))
      count &+= 1
      if count & 7 == 0 {
        take(word)
        word = 0
      }
    }
    take(word | count << 56)
    v2 ^= 0xFF
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }

  /// The hash as 16 hexadecimal digits.
  @inlinable
  package func text(of bytes: some Collection<UInt8>) -> String {
    let digits = String(hash(bytes), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

@inlinable @inline(__always)
func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

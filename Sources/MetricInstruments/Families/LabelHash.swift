// How are label values hashed so that nobody outside can aim at one bucket?

/// A keyed hash of label values.
///
/// Peers choose the values, so the seed is random for each family: nobody outside can aim at one bucket. It is kept
/// with the family, because a global would be asked at each use whether it is initialised. The mixing is a 64 by 64
/// bit multiplication folded onto itself, after the idea of wyhash (Wang Yi).
struct LabelHash {
  let seed = UInt64.random(in: .min ... .max)
  private let secret = UInt64.random(in: .min ... .max) | 1

  @inline(__always)
  private func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  func combine(_ seed: UInt64, _ value: LabelBytes) -> UInt64 {
    let bytes = UnsafeRawBufferPointer(value)
    let count = bytes.count
    guard let base = bytes.baseAddress else { return mix(seed ^ secret, 0x9E37_79B9_7F4A_7C15) }
    var hash = seed
    var offset = 0
    while offset &+ 16 < count {
      hash = mix(
        base.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ secret,
        base.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self) ^ hash)
      offset &+= 16
    }
    let rest = count &- offset
    let low: UInt64
    let high: UInt64
    if rest >= 8 {
      low = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      high = base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    } else if rest >= 4 {
      low = UInt64(base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      high = UInt64(base.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
    } else if rest > 0 {
      low =
        UInt64(base.load(fromByteOffset: offset, as: UInt8.self)) << 16
        | UInt64(base.load(fromByteOffset: offset &+ rest / 2, as: UInt8.self)) << 8
        | UInt64(base.load(fromByteOffset: count &- 1, as: UInt8.self))
      high = 0
    } else {
      low = 0
      high = 0
    }
    return mix(low ^ secret ^ UInt64(truncatingIfNeeded: count), high ^ hash ^ 0x9E37_79B9_7F4A_7C15)
  }
}

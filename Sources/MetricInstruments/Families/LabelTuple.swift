// One to four label values as they come from a caller: hashed and compared where they lie, never copied.

/// How many labels a bounded family has.
public protocol LabelTuple: Sendable {}

/// One label.
public enum OneLabel: LabelTuple {}
/// Two labels.
public enum TwoLabels: LabelTuple {}
/// Three labels.
public enum ThreeLabels: LabelTuple {}
/// Four labels.
public enum FourLabels: LabelTuple {}

/// The bytes of a label value, in UTF-8.
typealias LabelBytes = UnsafeBufferPointer<UInt8>

/// A lookup key. It holds addresses and not strings, so that passing it on retains and releases nothing.
protocol LabelKey {
  func hash(_ hash: LabelHash) -> UInt64
  func equals(_ labels: SeriesLabels) -> Bool
  var values: [String] { get }
  /// The length in UTF-8 bytes of the longest value.
  var longest: Int { get }
}

struct Key1: LabelKey {
  let first: LabelBytes

  @inline(__always)
  func hash(_ hash: LabelHash) -> UInt64 { hash.combine(hash.seed, first) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool { labels.value(at: 0, equals: first) }

  var values: [String] { [String(decoding: first, as: UTF8.self)] }
  var longest: Int { first.count }
}

struct Key2: LabelKey {
  let first: LabelBytes
  let second: LabelBytes

  @inline(__always)
  func hash(_ hash: LabelHash) -> UInt64 { hash.combine(hash.combine(hash.seed, first), second) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool {
    labels.value(at: 0, equals: first) && labels.value(at: 1, equals: second)
  }

  var values: [String] { [first, second].map { String(decoding: $0, as: UTF8.self) } }
  var longest: Int { max(first.count, second.count) }
}

struct Key3: LabelKey {
  let pair: Key2
  let third: LabelBytes

  @inline(__always)
  func hash(_ hash: LabelHash) -> UInt64 { hash.combine(pair.hash(hash), third) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool { pair.equals(labels) && labels.value(at: 2, equals: third) }

  var values: [String] { pair.values + [String(decoding: third, as: UTF8.self)] }
  var longest: Int { max(pair.longest, third.count) }
}

struct Key4: LabelKey {
  let triple: Key3
  let fourth: LabelBytes

  @inline(__always)
  func hash(_ hash: LabelHash) -> UInt64 { hash.combine(triple.hash(hash), fourth) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool {
    triple.equals(labels) && labels.value(at: 3, equals: fourth)
  }

  var values: [String] { triple.values + [String(decoding: fourth, as: UTF8.self)] }
  var longest: Int { max(triple.longest, fourth.count) }
}

extension String {
  /// The string's bytes; in place for every string that Swift made itself.
  @inline(__always)
  func withUTF8Bytes<Result>(_ body: (LabelBytes) -> Result) -> Result {
    utf8.withContiguousStorageIfAvailable(body)
      ?? Array(utf8).withUnsafeBufferPointer(body)
  }
}

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

// One to four label values as they come from a caller: hashed and compared where they lie, never copied.

/// How many labels an open family has.
public protocol LabelTuple: Sendable {}

/// One label.
public enum OneLabel: LabelTuple {}
/// Two labels.
public enum TwoLabels: LabelTuple {}
/// Three labels.
public enum ThreeLabels: LabelTuple {}
/// Four labels.
public enum FourLabels: LabelTuple {}

/// A lookup key.
protocol LabelKey {
  func hash(seed: UInt64) -> UInt64
  func equals(_ labels: SeriesLabels) -> Bool
  var values: [String] { get }
  /// The length in UTF-8 bytes of the longest value.
  var longest: Int { get }
}

struct Key1: LabelKey {
  let first: String

  @inline(__always)
  func hash(seed: UInt64) -> UInt64 { LabelHash.combine(seed, first) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool { labels.value(at: 0, matches: first) }

  var values: [String] { [first] }
  var longest: Int { first.utf8.count }
}

struct Key2: LabelKey {
  let first: String
  let second: String

  @inline(__always)
  func hash(seed: UInt64) -> UInt64 { LabelHash.combine(LabelHash.combine(seed, first), second) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool {
    labels.value(at: 0, matches: first) && labels.value(at: 1, matches: second)
  }

  var values: [String] { [first, second] }
  var longest: Int { max(first.utf8.count, second.utf8.count) }
}

struct Key3: LabelKey {
  let pair: Key2
  let third: String

  @inline(__always)
  func hash(seed: UInt64) -> UInt64 { LabelHash.combine(pair.hash(seed: seed), third) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool { pair.equals(labels) && labels.value(at: 2, matches: third) }

  var values: [String] { pair.values + [third] }
  var longest: Int { max(pair.longest, third.utf8.count) }
}

struct Key4: LabelKey {
  let triple: Key3
  let fourth: String

  @inline(__always)
  func hash(seed: UInt64) -> UInt64 { LabelHash.combine(triple.hash(seed: seed), fourth) }

  @inline(__always)
  func equals(_ labels: SeriesLabels) -> Bool {
    triple.equals(labels) && labels.value(at: 3, matches: fourth)
  }

  var values: [String] { triple.values + [fourth] }
  var longest: Int { max(triple.longest, fourth.utf8.count) }
}

extension SeriesLabels {
  @inline(__always)
  func value(at index: Int, matches string: String) -> Bool {
    string.withUTF8Bytes { self.value(at: index, equals: $0) }
  }
}

extension String {
  /// The string's bytes; in place for every string that Swift made itself.
  @inline(__always)
  func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    utf8.withContiguousStorageIfAvailable(body)
      ?? Array(utf8).withUnsafeBufferPointer(body)
  }
}

/// A keyed hash of label values.
///
/// Peers choose the values, so the seed is random for each process: nobody outside can aim at one bucket. The mixing
/// is a 64 by 64 bit multiplication folded onto itself, after the idea of wyhash (Wang Yi).
enum LabelHash {
  static let seed = UInt64.random(in: .min ... .max)
  private static let secret = UInt64.random(in: .min ... .max) | 1

  @inline(__always)
  static func combine(_ seed: UInt64, _ string: String) -> UInt64 {
    string.withUTF8Bytes { combine(seed, UnsafeRawBufferPointer($0)) }
  }

  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func combine(_ seed: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let secret = LabelHash.secret
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

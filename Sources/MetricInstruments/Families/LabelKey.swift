// How are label values looked up where they lie, without copying them?

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

/// Any number of values that are strings already: for what happens once a series, and not at each look-up.
struct KeyOfTexts: LabelKey {
  let values: [String]

  /// The values as they were given.
  init(values: [String]) { self.values = values }

  /// The values as they are shown.
  init(shown values: [String]) { self.values = values.map { LabelText($0).text } }

  func hash(_ hash: LabelHash) -> UInt64 {
    values.reduce(hash.seed) { sum, value in value.withUTF8Bytes { hash.combine(sum, $0) } }
  }

  func equals(_ labels: SeriesLabels) -> Bool {
    labels.count == values.count
      && values.indices.allSatisfy { index in
        values[index].withUTF8Bytes { labels.value(at: index, equals: $0) }
      }
  }

  var longest: Int { values.map(\.utf8.count).max() ?? 0 }
}

extension String {
  /// The string's bytes; in place for every string that Swift made itself.
  @inline(__always)
  func withUTF8Bytes<Result>(_ body: (LabelBytes) -> Result) -> Result {
    utf8.withContiguousStorageIfAvailable(body)
      ?? Array(utf8).withUnsafeBufferPointer(body)
  }
}

// MARK: - Strings as keys

// Nil for strings without bytes to lie anywhere, which Swift did not make itself; whoever asks copies those.
// A way out of each string on its own would double the code with each label.

@inline(__always)
func withKey<Result>(_ first: String, _ body: (Key1) -> Result) -> Result? {
  first.utf8.withContiguousStorageIfAvailable { body(Key1(first: $0)) }
}

@inline(__always)
func withKey<Result>(_ first: String, _ second: String, _ body: (Key2) -> Result) -> Result? {
  first.utf8.withContiguousStorageIfAvailable { first in
    second.utf8.withContiguousStorageIfAvailable { body(Key2(first: first, second: $0)) }
  }.flatMap { $0 }
}

@inline(__always)
func withKey<Result>(
  _ first: String, _ second: String, _ third: String, _ body: (Key3) -> Result
) -> Result? {
  withKey(first, second) { pair in
    third.utf8.withContiguousStorageIfAvailable { body(Key3(pair: pair, third: $0)) }
  }.flatMap { $0 }
}

@inline(__always)
func withKey<Result>(
  _ first: String, _ second: String, _ third: String, _ fourth: String, _ body: (Key4) -> Result
) -> Result? {
  withKey(first, second, third) { triple in
    fourth.utf8.withContiguousStorageIfAvailable { body(Key4(triple: triple, fourth: $0)) }
  }.flatMap { $0 }
}

// How is a large exposition kept without an object for each sample?

/// A text of the exposition: where it stands in the store.
struct TextSlice: Hashable, Sendable {
  var start: UInt32 = 0
  var count: UInt32 = 0

  var isEmpty: Bool { count == 0 }
}

/// All that was read: texts in one buffer, and records that say where.
struct ExpositionStore: Sendable, Hashable {
  struct Family: Sendable, Hashable {
    var name: TextSlice
    var type: ParsedExposition.MetricType?
    var unit: TextSlice?
    var help: TextSlice?
    /// The line on which its name comes first, from 1.
    var line: UInt32
    /// That of its unit.
    var unitLine: UInt32 = 0
    var samples: UInt32 = 0
    /// The first of its samples, once all are in order.
    var firstSample: UInt32 = 0
  }

  struct Sample: Sendable, Hashable {
    var family: UInt32
    var line: UInt32
    var name: TextSlice
    var firstLabel: UInt32
    var labels: UInt32
    /// Of `Double`: as bits, so that NaN is the same as NaN.
    var value: UInt64
    /// Seconds, as bits; nil as `ExpositionStore.none`.
    var timestamp = ExpositionStore.none
    var created = ExpositionStore.none
    var exemplar = UInt32.max
    var role: ParsedExposition.Sample.Role
  }

  struct Label: Sendable, Hashable {
    var name: TextSlice
    var value: TextSlice
  }

  struct Exemplar: Sendable, Hashable {
    var firstLabel: UInt32
    var labels: UInt32
    var value: UInt64
    var timestamp: UInt64
  }

  /// A NaN that no text gives, for what is not there.
  static let none = UInt64.max

  let format: ExpositionParser.Format
  var text: [UInt8] = []
  var families: [Family] = []
  var samples: [Sample] = []
  var labels: [Label] = []
  var exemplars: [Exemplar] = []
  /// Whether the samples came in the order of their families, which only text may not have them in.
  var isSorted = true

  init(_ format: ExpositionParser.Format) { self.format = format }

  mutating func append(_ bytes: UnsafeRawBufferPointer) -> TextSlice {
    let start = UInt32(truncatingIfNeeded: text.count)
    text.append(contentsOf: bytes)
    return TextSlice(start: start, count: UInt32(truncatingIfNeeded: bytes.count))
  }

  /// The text, which may stand there already.
  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer, unlessSameAs old: TextSlice) -> TextSlice {
    isText(old, bytes) ? old : append(bytes)
  }

  @inline(__always)
  func isText(_ slice: TextSlice, _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard Int(slice.count) == bytes.count else { return false }
    return withBytes(slice) { $0.isSame(as: bytes) }
  }

  func isSame(_ one: TextSlice, _ other: TextSlice) -> Bool {
    one == other || one.count == other.count && withBytes(one) { isText(other, $0) }
  }

  @inline(__always)
  func withBytes<Result>(_ slice: TextSlice, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    text.withUnsafeBytes { all in
      body(UnsafeRawBufferPointer(rebasing: all[Int(slice.start)..<Int(slice.start) + Int(slice.count)]))
    }
  }

  func string(_ slice: TextSlice) -> String { withBytes(slice) { String(decoding: $0, as: UTF8.self) } }

  func labels(of sample: Sample) -> Range<Int> {
    Int(sample.firstLabel)..<Int(sample.firstLabel) + Int(sample.labels)
  }

  /// The samples in the order of their families, and within each as they came.
  consuming func finished() -> ExpositionStore {
    var first: UInt32 = 0
    for index in families.indices {
      families[index].firstSample = first
      first += families[index].samples
    }
    guard !isSorted else { return self }
    var next = families.map(\.firstSample)
    var sorted = samples
    for sample in samples {
      let place = next[Int(sample.family)]
      sorted[Int(place)] = sample
      next[Int(sample.family)] = place + 1
    }
    samples = sorted
    return self
  }
}

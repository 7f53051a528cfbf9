// In which form are the labels of a series kept, so that a scrape only copies them?

/// The label pairs of a series as one block of memory: `name="value",name="value"` with the values escaped, which
/// is how all text formats write them, and beside it the values as they were given.
///
/// The pairs are validated and escaped once, when the series is created; a scrape copies them. The block ends in
/// `padding` bytes that may be read but mean nothing, so that copying can go in whole words. Unlabelled series own no
/// memory. The instrument that holds the labels frees them.
///
/// Layout: the fields of `Field`, text, values whose escaped form differs.
package struct SeriesLabels: @unchecked Sendable {
  static let none = SeriesLabels(storage: nil)
  package static let padding = 16

  /// Where each field lies.
  private enum Field {
    /// The hash of the values, in 8 bytes.
    static let hash = 0
    /// The length of the text, in 4.
    static let textLength = 8
    /// The number of values, in 4, with `plain` beside it.
    static let count = 12
    static let plain: UInt32 = 1 << 31
    /// The places of the values: the offset of each in 4 bytes, its length in 4.
    static let places = 16
    static let placeSize = 8

    static func offset(of value: Int) -> Int { places &+ value &* placeSize }
    static func length(of value: Int) -> Int { offset(of: value) &+ 4 }
    /// Behind the places of all values.
    static func text(count: Int) -> Int { offset(of: count) }
  }

  private let storage: UnsafeMutableRawPointer?

  private init(storage: UnsafeMutableRawPointer?) { self.storage = storage }

  /// - Parameters:
  ///   - constants: what follows in the text, and is none of the values.
  ///   - omitsEmpty: whether the text leaves out what has an empty value.
  package init(
    names: [String], values: [String], hash: UInt64 = 0, constants: ConstantLabels = .none,
    omitsEmpty: Bool = false
  ) {
    // Pairs by construction; a name without a value would be left out.
    guard !names.isEmpty && !values.isEmpty || hash != 0 || !constants.isEmpty else {
      self = .none
      return
    }
    var text: [UInt8] = []
    var aside: [UInt8] = []
    var places: [(offset: Int, length: Int, isAside: Bool)] = []
    for (name, value) in zip(names, values) {
      if omitsEmpty, value.isEmpty {
        places.append((text.count, 0, false))
        continue
      }
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      LabelName.append(name, to: &text)
      text.append(UInt8(ascii: "="))
      text.append(UInt8(ascii: "\""))
      let start = text.count
      LabelValue.appendEscaped(value, to: &text)
      let length = value.utf8.count
      if text.count - start == length {
        places.append((start, length, false))
      } else {
        places.append((aside.count, length, true))
        aside.append(contentsOf: value.utf8)
      }
      text.append(UInt8(ascii: "\""))
    }
    if !text.isEmpty, !constants.isEmpty { text.append(UInt8(ascii: ",")) }
    text += constants.text
    let textStart = Field.text(count: places.count)
    let size = textStart + text.count + aside.count + SeriesLabels.padding
    let storage = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    storage.storeBytes(of: hash, toByteOffset: Field.hash, as: UInt64.self)
    storage.storeBytes(of: UInt32(clamping: text.count), toByteOffset: Field.textLength, as: UInt32.self)
    let isPlain = values.allSatisfy { $0.utf8.allSatisfy(SeriesLabels.isPlain) }
    storage.storeBytes(
      of: UInt32(clamping: places.count) | (isPlain ? Field.plain : 0), toByteOffset: Field.count,
      as: UInt32.self)
    for (index, place) in places.enumerated() {
      let offset = textStart + place.offset + (place.isAside ? text.count : 0)
      storage.storeBytes(
        of: UInt32(clamping: offset), toByteOffset: Field.offset(of: index), as: UInt32.self)
      storage.storeBytes(
        of: UInt32(clamping: place.length), toByteOffset: Field.length(of: index), as: UInt32.self)
    }
    (storage + textStart).copyMemory(from: text, byteCount: text.count)
    (storage + textStart + text.count).copyMemory(from: aside, byteCount: aside.count)
    (storage + size - SeriesLabels.padding).initializeMemory(
      as: UInt8.self, repeating: 0, count: SeriesLabels.padding)
    self.init(storage: storage)
  }

  package func deallocate() { storage?.deallocate() }

  package var isEmpty: Bool { storage == nil }

  /// The escaped pairs; `padding` more bytes may be read behind them.
  package var text: UnsafeRawBufferPointer {
    guard let storage else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let length = Int(storage.load(fromByteOffset: Field.textLength, as: UInt32.self))
    return UnsafeRawBufferPointer(start: storage + Field.text(count: count), count: length)
  }

  /// How many labels there are.
  package var count: Int {
    storage.map { Int($0.load(fromByteOffset: Field.count, as: UInt32.self) & ~Field.plain) } ?? 0
  }

  /// Whether a byte of a string stands for itself in every format, JSON included: no control character, quote or
  /// backslash, and no angle bracket, which could become markup.
  @inlinable
  package static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), 0x7F: false
    default: true
    }
  }

  /// Whether the values can be copied into any format: all their bytes are plain.
  package var needsNoEscape: Bool {
    storage.map { $0.load(fromByteOffset: Field.count, as: UInt32.self) & Field.plain != 0 } ?? true
  }

  /// The bytes of one value, as it was given; `padding` more bytes may be read behind them.
  package func value(_ index: Int) -> UnsafeRawBufferPointer {
    guard let storage, index >= 0, index < count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return SeriesLabels.value(at: index, in: storage)
  }

  /// The values, as they were given.
  package var values: [String] { (0..<count).map { String(decoding: value($0), as: UTF8.self) } }

  var hash: UInt64 { storage?.load(fromByteOffset: Field.hash, as: UInt64.self) ?? 0 }

  /// Whether the value at `index` consists of these bytes.
  @inline(__always)
  func value(at index: Int, equals bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let storage else { return false }
    let own = SeriesLabels.value(at: index, in: storage)
    guard own.count == bytes.count else { return false }
    guard let left = own.baseAddress, let right = bytes.baseAddress else { return true }
    return equalBytes(left, UnsafeRawPointer(right), count: own.count)
  }

  @inline(__always)
  private static func value(at index: Int, in storage: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
    let offset = Int(storage.load(fromByteOffset: Field.offset(of: index), as: UInt32.self))
    let length = Int(storage.load(fromByteOffset: Field.length(of: index), as: UInt32.self))
    return UnsafeRawBufferPointer(start: storage + offset, count: length)
  }
}

/// Compares in words: label values are short, and a call to `memcmp` costs more than the comparison.
@inline(__always)
private func equalBytes(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, count: Int) -> Bool {
  if count >= 8 {
    var offset = 0
    while offset &+ 8 <= count {
      if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      {
        return false
      }
      offset &+= 8
    }
    return left.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      == right.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
  }
  var offset = 0
  while offset < count {
    if left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self)
    {
      return false
    }
    offset &+= 1
  }
  return true
}

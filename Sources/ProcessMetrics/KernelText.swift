// How are lines, words and numbers taken from what the kernel wrote?

/// A piece of a file of `/proc` or of a control group: a view of bytes that belong to somebody else, for as long as those
/// stay. Whatever they are, nothing here traps: what is not there is nil.
struct KernelText {
  private var bytes: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes[...] }

  private init(_ bytes: Slice<UnsafeRawBufferPointer>) { self.bytes = bytes }

  /// Takes the next line, without its end. What has no end has been cut off, and a number in it is not all of it.
  mutating func takeLine() -> KernelText? {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { bytes = bytes[(end + 1)...] }
    return KernelText(bytes[..<end])
  }

  /// Takes the next word of what blanks and ends of lines part.
  mutating func takeWord() -> KernelText? {
    guard let start = bytes.firstIndex(where: { !KernelText.isBlank($0) }) else { return nil }
    let end = bytes[start...].firstIndex(where: KernelText.isBlank) ?? bytes.endIndex
    defer { bytes = bytes[end...] }
    return KernelText(bytes[start..<end])
  }

  /// What is behind the last of these bytes, nil without one. The end of the text must be one of a line.
  func behindLast(_ byte: UInt8) -> KernelText? {
    guard bytes.last == UInt8(ascii: "\n"), let place = bytes.lastIndex(of: byte) else { return nil }
    return KernelText(bytes[(place + 1)...])
  }

  /// What is between the first of one byte and the last of another; nil where they are not there in that order.
  func between(_ first: UInt8, _ last: UInt8) -> [UInt8]? {
    guard let start = bytes.firstIndex(of: first), let end = bytes.lastIndex(of: last), start < end else {
      return nil
    }
    return Array(bytes[(start + 1)..<end])
  }

  /// What is behind a word's beginning, nil when it begins otherwise.
  func behind(_ beginning: StaticString) -> KernelText? {
    beginning.withUTF8Buffer { expected in
      bytes.starts(with: expected) ? KernelText(bytes.dropFirst(expected.count)) : nil
    }
  }

  static func == (text: KernelText, other: StaticString) -> Bool {
    other.withUTF8Buffer { text.bytes.elementsEqual($0) }
  }

  /// Whether it is the same as bytes that were kept.
  func equals(_ others: [UInt8]) -> Bool { bytes.elementsEqual(others) }

  var copy: [UInt8] { Array(bytes) }

  /// The number, if it is decimal digits and nothing else and fits; `max` and `-1` are none.
  var number: UInt64? {
    guard !bytes.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeAtLast) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !isTooLarge, !isTooLargeAtLast else { return nil }
      value = sum
    }
    return value
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
  }
}

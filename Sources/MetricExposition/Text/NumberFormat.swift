// How are numbers written, without a String in between?

extension OutputBuffer {
  /// Decimal digits.
  @inline(__always)
  mutating func append(integer value: UInt64) {
    reserve(20)
    if value < 10 {
      end.storeBytes(of: UInt8(truncatingIfNeeded: value) &+ 48, as: UInt8.self)
      advance(1)
      return
    }
    appendDigits(value)
  }

  private mutating func appendDigits(_ value: UInt64) {
    let length = decimalLength(value)
    let start = end
    var rest = value
    var position = length
    digitPairs.withUnsafeBytes { pairs in
      while rest >= 100 {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
        position &-= 2
        start.storeBytes(
          of: pairs.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: remainder) &* 2, as: UInt16.self),
          toByteOffset: position, as: UInt16.self)
        rest = quotient
      }
      if rest >= 10 {
        start.storeBytes(
          of: pairs.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: rest) &* 2, as: UInt16.self),
          as: UInt16.self)
      } else {
        start.storeBytes(of: UInt8(truncatingIfNeeded: rest) &+ 48, as: UInt8.self)
      }
    }
    advance(length)
  }

  /// The shortest form that reads back as the same number; `+Inf`, `-Inf` and `NaN` as all formats have them.
  mutating func append(number value: Double) {
    let magnitude = value.magnitude
    guard magnitude < 0x1p53 else { return appendUnusual(value) }
    if value.sign == .minus {
      if magnitude == 0 { return append("-0") }
      append(UInt8(ascii: "-"))
    }
    let whole = UInt64(magnitude)
    if Double(whole) == magnitude { return append(integer: whole) }
    // Most fractions that people record have few decimals. An integer below 2^53 divided by a power of ten
    // below 10^22 is rounded once, so if that gives the number back, reading the decimal does too.
    if magnitude >= 1e-4, magnitude < 8e9 {
      let scaled = (magnitude * 1e6).rounded()
      if scaled / 1e6 == magnitude { return append(millionths: UInt64(scaled)) }
    }
    appendShortest(magnitude)
  }

  private mutating func append(millionths value: UInt64) {
    let (whole, fraction) = value.quotientAndRemainder(dividingBy: 1_000_000)
    append(integer: whole)
    reserve(8)
    var digits = fraction
    var length = 6
    while digits % 10 == 0, length > 1 {
      digits /= 10
      length -= 1
    }
    let start = end
    start.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
    for position in stride(from: length, to: 0, by: -1) {
      start.storeBytes(
        of: UInt8(truncatingIfNeeded: digits % 10) &+ 48, toByteOffset: position, as: UInt8.self)
      digits /= 10
    }
    advance(length + 1)
  }

  private mutating func appendUnusual(_ value: Double) {
    if value.isNaN { return append("NaN") }
    if value.isInfinite { return append(value < 0 ? "-Inf" : "+Inf") }
    appendShortest(value)
  }

  /// The standard library's shortest round-trip digits, taken from its own stack buffer.
  private mutating func appendShortest(_ value: Double) {
    reserve(32)
    var sink = ASCIISink(start: end)
    value.write(to: &sink)
    advance(sink.count)
  }

  /// The canonical form of OpenMetrics 1.0.0 ("Considerations: Canonical Numbers"), which `le` is written in so that a
  /// bucket has the same name in every format and from every library: the digits of Go's `%g`, and always a point
  /// or an exponent.
  mutating func append(canonical value: Double) {
    if value.isNaN || value.isInfinite { return appendUnusual(value) }
    if value == 0 { return append("0.0") }
    if value < 0 { append(UInt8(ascii: "-")) }
    let (digits, point) = shortestDigits(value.magnitude)
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 {
      append(digits[0])
      if digits.count > 1 {
        append(UInt8(ascii: "."))
        append(Array(digits.dropFirst()))
      }
      append(exponent < 0 ? "e-" : "e+")
      let size = UInt64(exponent.magnitude)
      if size < 10 { append(UInt8(ascii: "0")) }
      append(integer: size)
    } else if point <= 0 {
      append("0.")
      append([UInt8](repeating: 48, count: -point))
      append(digits)
    } else if point >= digits.count {
      append(digits)
      append([UInt8](repeating: 48, count: point - digits.count))
      append(".0")
    } else {
      append(Array(digits[..<point]))
      append(UInt8(ascii: "."))
      append(Array(digits[point...]))
    }
  }
}

/// The significant digits of a positive number, and where the decimal point stands: 0.d1d2d3… times 10^point.
private func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
  var digits: [UInt8] = []
  var point: Int?
  var exponent = 0
  let text = Array(value.description.utf8)
  var index = 0
  while index < text.count {
    switch text[index] {
    case UInt8(ascii: "."): point = digits.count
    case UInt8(ascii: "e"):
      exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
      index = text.count
    default: digits.append(text[index])
    }
    index += 1
  }
  var position = (point ?? digits.count) + exponent
  while digits.first == 48, digits.count > 1 {
    digits.removeFirst()
    position -= 1
  }
  while digits.last == 48, digits.count > 1 { digits.removeLast() }
  return (digits, position)
}

/// Takes the digits that the standard library wrote on its stack; `_writeASCII` hands them over without a `String`.
private struct ASCIISink: TextOutputStream {
  let start: UnsafeMutableRawPointer
  var count = 0

  init(start: UnsafeMutableRawPointer) { self.start = start }

  mutating func write(_ string: String) {
    for byte in string.utf8 where count < 32 {
      start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
      count += 1
    }
  }

  mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) {
    guard let source = buffer.baseAddress else { return }
    let length = min(buffer.count, 32)
    (start + count).copyMemory(from: source, byteCount: length)
    count += length
  }
}

@inline(__always)
private func decimalLength(_ value: UInt64) -> Int {
  // The number of bits times log10(2), corrected by one comparison.
  let bits = UInt64.bitWidth &- value.leadingZeroBitCount
  let guess = (bits &* 1233) >> 12
  return guess &+ (value >= powersOfTen[guess] ? 1 : 0)
}

private let powersOfTen: [UInt64] = (0..<20).map { exponent in
  (0..<exponent).reduce(1) { power, _ in power * 10 }
}

private let digitPairs: [UInt8] = (0..<100).flatMap { number -> [UInt8] in
  [UInt8(number / 10) + 48, UInt8(number % 10) + 48]
}

// How are a response's many small pieces put together without an array that grows by each?

import ObservabilityPlatform

/// Writes into memory that is there already. What does not fit is left out, and `isComplete` says so.
struct ByteWriter {
  private let memory: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0
  private(set) var isComplete = true

  init(_ memory: UnsafeMutableBufferPointer<UInt8>) { self.memory = memory }

  /// What has been written.
  var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }

  @inline(__always)
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    guard let target = memory.baseAddress, bytes.count <= memory.count - count else {
      isComplete = false
      return
    }
    memcpy(target + count, source, bytes.count)
    count += bytes.count
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a number that is not negative, in decimal.
  mutating func append(number: Int) {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var start = buffer.count
      var rest = UInt(max(0, number))
      repeat {
        start -= 1
        buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      append(UnsafeBufferPointer(rebasing: buffer.bindMemory(to: UInt8.self)[start...]))
    }
  }
}

// Where does a chunked body end, and what is in it? (RFC 9112, section 7.1)

import EndpointMessages

/// Decodes a chunked body from bytes split in any way. Extensions and trailers are read by the rules,
/// and dropped.
struct ChunkedDecoder {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  enum Step: Equatable {
    case incomplete
    case complete
    case failed(HTTPRejectReason)
  }

  private enum Phase {
    case size, data, dataEnd, trailers
  }

  /// The longest line with a chunk's size: sizes are short, and extensions mean nothing here.
  private static let longestSizeLine = 256

  private var phase = Phase.size
  private var remaining = 0
  private var line: [UInt8] = []
  private var trailerBytes = 0
  private var trailerFields = 0
  private var seenCarriageReturn = false

  /// Takes what belongs to the body from `bytes`, and says how much that was.
  mutating func decode(
    _ bytes: Bytes, into body: inout [UInt8], limits: HTTPServerLimits
  ) -> (consumed: Int, step: Step) {
    var index = 0
    while index < bytes.count {
      switch phase {
      case .data:
        let count = min(remaining, bytes.count - index)
        body.append(contentsOf: bytes.part(index, index + count))
        index += count
        remaining -= count
        if remaining == 0 { phase = .dataEnd }
      case .dataEnd:
        let expected: UInt8 = seenCarriageReturn ? .lineFeed : .carriageReturn
        guard bytes[index] == expected else { return (index, .failed(.malformedChunk)) }
        index += 1
        if seenCarriageReturn { phase = .size }
        seenCarriageReturn.toggle()
      case .size, .trailers:
        let step = take(bytes[index], bodyCount: body.count, limits)
        index += 1
        if step != .incomplete { return (index, step) }
      }
    }
    return (index, .incomplete)
  }

  private mutating func take(_ byte: UInt8, bodyCount: Int, _ limits: HTTPServerLimits) -> Step {
    if byte == .lineFeed {
      guard line.last == .carriageReturn else { return .failed(.malformedChunk) }
      line.removeLast()
      defer { line.removeAll(keepingCapacity: true) }
      return phase == .size ? endSizeLine(bodyCount, limits) : endTrailerLine(limits)
    }
    // A CR that no LF follows.
    guard line.last != .carriageReturn else { return .failed(.malformedChunk) }
    line.append(byte)
    if phase == .size {
      return line.count > Self.longestSizeLine + 1 ? .failed(.malformedChunk) : .incomplete
    }
    trailerBytes += 1
    return trailerBytes > limits.maximumHeaderSize ? .failed(.headersTooLarge) : .incomplete
  }

  private mutating func endSizeLine(_ bodyCount: Int, _ limits: HTTPServerLimits) -> Step {
    var size = 0
    var index = 0
    while index < line.count, let digit = line[index].hexadecimalValue {
      size = size >= Int.max >> 4 ? .max : size << 4 | Int(digit)
      index += 1
    }
    guard index > 0, isExtension(from: index) else { return .failed(.malformedChunk) }
    if size == 0 {
      phase = .trailers
      return .incomplete
    }
    guard size <= limits.maximumBodySize - min(bodyCount, limits.maximumBodySize) else {
      return .failed(.bodyTooLarge)
    }
    remaining = size
    phase = .data
    return .incomplete
  }

  /// Whether the rest of a size line is nothing, or `;` and what may stand after it. Blanks before the
  /// `;` are the grammar's "bad whitespace", which a recipient has to bear.
  private func isExtension(from start: Int) -> Bool {
    guard start < line.count else { return true }
    var index = start
    while index < line.count, line[index] == .space || line[index] == .tab { index += 1 }
    guard index < line.count, line[index] == 59 else { return false }
    return line[index...].allSatisfy { ByteSet.isFieldContent($0) }
  }

  private mutating func endTrailerLine(_ limits: HTTPServerLimits) -> Step {
    if line.isEmpty { return .complete }
    trailerFields += 1
    guard trailerFields <= limits.maximumFieldCount else { return .failed(.tooManyFields) }
    let split = line.withUnsafeBufferPointer { RequestHeadParser.splitField($0, 0, $0.count) }
    switch split {
    case .success: return .incomplete
    case .failure(let failure): return .failed(failure.reason)
    }
  }
}

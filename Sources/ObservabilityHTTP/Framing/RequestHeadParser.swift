// Where does the head of a request end, and is every line of it as RFC 9112 has it?
// The parser is strict: what two readers could understand differently is refused, because behind the
// difference a second request can hide (RFC 9112, section 11.2).

import EndpointMessages
import ObservabilityPlatform

/// Reads a head line by line, from bytes that begin with the head's first and may be given again with
/// more behind them. What it finds is kept as offsets. The outcome does not depend on how the bytes
/// were split: every judgement is made on a whole line, but for the two that need none (the first byte,
/// and a line already too long).
struct RequestHeadParser {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  enum Step: Equatable {
    case incomplete
    /// The head's length.
    case complete(Int)
    case failed(HTTPRejectReason)
  }

  private enum Phase { case requestLine, fields }

  /// The part of the bytes that a thing takes.
  struct Range { var start = 0, end = 0 }

  private var phase = Phase.requestLine
  private var lineStart = 0
  private var scanned = 0
  private var fieldsStart = 0

  private(set) var method = Range()
  private(set) var target = Range()
  private(set) var version = HTTPVersion.http11
  private(set) var hasMethod = false
  private(set) var fields: ContiguousArray<EndpointFields.Position> = []
  private(set) var framing = FramingFields()

  /// Whether a byte of the head has been seen; an empty line before it is none.
  var hasBegun: Bool { scanned > (phase == .requestLine ? lineStart : 0) }

  mutating func advance(over bytes: Bytes, limits: HTTPServerLimits) -> Step {
    if scanned == 0, let first = bytes.first {
      // Tells at once what cannot become a request, such as a TLS handshake.
      guard first == .carriageReturn || ByteSet.token.contains(first) else {
        return .failed(first == .lineFeed ? .bareLineEnding : .malformedRequestLine)
      }
    }
    while let lineFeed = Self.lineFeed(in: bytes, from: scanned) {
      let step = line(bytes, lineFeed: lineFeed, limits)
      if step != .incomplete { return step }
    }
    scanned = bytes.count
    return overflow(bytes.count - lineStart, limits) ?? .incomplete
  }

  /// Whether an unfinished line, or a finished one without its end, is beyond its limit.
  private func overflow(_ length: Int, _ limits: HTTPServerLimits) -> Step? {
    switch phase {
    case .requestLine:
      // The last byte may be the CR of the line's end.
      return length > limits.maximumRequestLineSize + 1 ? .failed(.requestLineTooLong) : nil
    case .fields:
      return lineStart - fieldsStart + length > limits.maximumHeaderSize + 1 ? .failed(.headersTooLarge) : nil
    }
  }

  private mutating func line(_ bytes: Bytes, lineFeed: Int, _ limits: HTTPServerLimits) -> Step {
    let start = lineStart
    if let failure = overflow(lineFeed - start, limits) { return failure }
    guard lineFeed > start, bytes[lineFeed - 1] == .carriageReturn else { return .failed(.bareLineEnding) }
    let end = lineFeed - 1
    lineStart = lineFeed + 1
    scanned = lineFeed + 1
    switch phase {
    case .requestLine:
      if end == start {
        // One empty line before a request is forgiven (section 2.2), for clients of old that end a body so.
        return start == 0 ? .incomplete : .failed(.malformedRequestLine)
      }
      if let failure = requestLine(bytes, start, end) { return .failed(failure) }
      phase = .fields
      fields.reserveCapacity(8)
      fieldsStart = lineStart
      return .incomplete
    case .fields:
      if end == start {
        if let failure = framing.check(version) { return .failed(failure) }
        return .complete(lineFeed + 1)
      }
      guard fields.count < limits.maximumFieldCount else { return .failed(.tooManyFields) }
      if let failure = field(bytes, start, end) { return .failed(failure) }
      return .incomplete
    }
  }

  private mutating func requestLine(_ bytes: Bytes, _ start: Int, _ end: Int) -> HTTPRejectReason? {
    var index = start
    while index < end, ByteSet.token.contains(bytes[index]) { index += 1 }
    guard index > start, index < end, bytes[index] == .space else { return .malformedRequestLine }
    method = Range(start: start, end: index)
    hasMethod = true
    let targetStart = index + 1
    index = targetStart
    // Printable ASCII up to the next space; which of it a target may have is the target's to say.
    while index < end, bytes[index] > .space, bytes[index] < .delete { index += 1 }
    guard index > targetStart, index < end else { return .malformedRequestLine }
    guard bytes[index] == .space else { return bytes[index] > 127 ? .invalidTarget : .malformedRequestLine }
    target = Range(start: targetStart, end: index)
    // HTTP/d.d, and nothing else (section 2.3).
    let name = bytes.part(index + 1, end)
    guard name.count == 8, name[0] == UInt8(ascii: "H"), name[1] == UInt8(ascii: "T"),
      name[2] == UInt8(ascii: "T"), name[3] == UInt8(ascii: "P"), name[4] == UInt8(ascii: "/"),
      name[5].isDigit, name[6] == UInt8(ascii: "."), name[7].isDigit
    else { return .malformedRequestLine }
    guard name[5] == 49 else { return .unsupportedVersion }
    // A higher minor version is answered with the highest one spoken here (RFC 9110, section 2.5).
    version = name[7] == 48 ? .http10 : .http11
    return nil
  }

  private mutating func field(_ bytes: Bytes, _ start: Int, _ end: Int) -> HTTPRejectReason? {
    switch Self.splitField(bytes, start, end) {
    case .failure(let failure):
      return failure.reason
    case .success(let position):
      fields.append(position)
      return framing.note(
        name: bytes.part(Int(position.nameStart), Int(position.nameEnd)),
        value: bytes.part(Int(position.valueStart), Int(position.valueEnd)))
    }
  }

  struct Failure: Error { let reason: HTTPRejectReason }

  /// Finds the name and the value in a line; also used for trailers.
  static func splitField(_ bytes: Bytes, _ start: Int, _ end: Int) -> Result<EndpointFields.Position, Failure>
  {
    if bytes[start] == .space || bytes[start] == .tab { return .failure(Failure(reason: .obsoleteFolding)) }
    var index = start
    while index < end, ByteSet.token.contains(bytes[index]) { index += 1 }
    guard index > start, index < end, bytes[index] == UInt8(ascii: ":") else {
      return .failure(Failure(reason: .malformedField))
    }
    let nameEnd = index
    var valueStart = index + 1
    var valueEnd = end
    while valueStart < valueEnd, bytes[valueStart] == .space || bytes[valueStart] == .tab { valueStart += 1 }
    while valueEnd > valueStart, bytes[valueEnd - 1] == .space || bytes[valueEnd - 1] == .tab {
      valueEnd -= 1
    }
    index = valueStart
    while index < valueEnd {
      guard ByteSet.isFieldContent(bytes[index]) else {
        let isCarriageReturn = bytes[index] == .carriageReturn
        return .failure(Failure(reason: isCarriageReturn ? .bareLineEnding : .malformedField))
      }
      index += 1
    }
    return .success(
      EndpointFields.Position(
        nameStart: UInt32(truncatingIfNeeded: start), nameEnd: UInt32(truncatingIfNeeded: nameEnd),
        valueStart: UInt32(truncatingIfNeeded: valueStart), valueEnd: UInt32(truncatingIfNeeded: valueEnd)))
  }

  @inline(__always)
  static func lineFeed(in bytes: Bytes, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(UInt8.lineFeed), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
}

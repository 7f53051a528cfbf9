// Where does the head of an answer end, and is every line of it as RFC 9112 has it?

import EndpointMessages

/// Reads the head of an answer line by line, as `RequestHeadParser` does that of a request: from bytes that begin with
/// the head's first and may be given again with more behind them.
struct AnswerHeadParser {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  enum Step: Equatable {
    case incomplete
    /// The head's length.
    case complete(Int)
    case failed(AnswerFault)
  }

  private static let protocolName: StaticString = "HTTP/"
  /// `HTTP/1.1 200`
  private static let shortestStatusLine = 12

  private var lineStart = 0
  private var scanned = 0
  private(set) var version = HTTPVersion.http11
  private(set) var status = 0
  private(set) var fields: ContiguousArray<EndpointFields.Position> = []
  private(set) var framing = FramingFields()

  mutating func advance(over bytes: Bytes, limits: AnswerLimits) -> Step {
    // Tells at once what cannot become an answer, such as another protocol's greeting.
    for index in 0..<min(bytes.count, Self.protocolName.utf8CodeUnitCount)
    where bytes[index] != Self.protocolName.utf8Start[index] { return .failed(.malformedStatusLine) }
    while let lineFeed = RequestHeadParser.lineFeed(in: bytes, from: scanned) {
      guard lineFeed < limits.maximumHeadSize else { return .failed(.framing(.headersTooLarge)) }
      let start = lineStart
      guard lineFeed > start, bytes[lineFeed - 1] == .carriageReturn else {
        return .failed(.framing(.bareLineEnding))
      }
      let end = lineFeed - 1
      lineStart = lineFeed + 1
      scanned = lineFeed + 1
      if start == 0 {
        if let fault = statusLine(bytes.part(0, end)) { return .failed(fault) }
      } else if end == start {
        return .complete(lineFeed + 1)
      } else {
        guard fields.count < limits.maximumFieldCount else { return .failed(.framing(.tooManyFields)) }
        if let reason = field(bytes, start, end) { return .failed(.framing(reason)) }
      }
    }
    scanned = bytes.count
    return bytes.count >= limits.maximumHeadSize ? .failed(.framing(.headersTooLarge)) : .incomplete
  }

  /// `HTTP/d.d ddd reason`; without a reason the blank before it may be missing, as it is with some servers.
  private mutating func statusLine(_ line: Bytes) -> AnswerFault? {
    guard line.count >= Self.shortestStatusLine, line[5].isDigit, line[6] == UInt8(ascii: "."),
      line[7].isDigit, line[8] == .space, line[9].isDigit, line[10].isDigit, line[11].isDigit,
      line.count == Self.shortestStatusLine || line[Self.shortestStatusLine] == .space,
      line[Self.shortestStatusLine...].allSatisfy({ ByteSet.isFieldContent($0) })
    else { return .malformedStatusLine }
    guard line[5] == UInt8(ascii: "1") else { return .unsupportedVersion }
    version = line[7] == UInt8(ascii: "0") ? .http10 : .http11
    status = line[9...11].reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
    return 100...599 ~= status ? nil : .invalidStatus
  }

  private mutating func field(_ bytes: Bytes, _ start: Int, _ end: Int) -> HTTPRejectReason? {
    switch RequestHeadParser.splitField(bytes, start, end) {
    case .failure(let failure):
      return failure.reason
    case .success(let position):
      fields.append(position)
      let name = bytes.part(Int(position.nameStart), Int(position.nameEnd))
      // They mean nothing in an answer.
      if name.equalsIgnoringCase("host") || name.equalsIgnoringCase("expect") { return nil }
      return framing.note(
        name: name, value: bytes.part(Int(position.valueStart), Int(position.valueEnd)))
    }
  }
}

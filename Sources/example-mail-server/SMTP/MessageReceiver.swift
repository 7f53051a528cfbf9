// Which octets belong to a message? Dot-stuffing undone, limits kept, line ends checked (RFC 5321 4.5.2).

import EndpointMessages

/// Takes the octets after DATA, or of BDAT chunks, in any pieces. Nothing is kept beyond the size limit, yet
/// everything is read: the client must be told at the end, in its turn.
struct MessageReceiver {
  enum Flaw: Equatable { case tooLarge, lineTooLong, bareLineEnd }

  private enum Position { case lineStart, afterDot, afterDotCR, inLine, afterCR }

  /// RFC 5321 section 4.5.3.1.6: 1,000 octets with CRLF; a stuffed dot does not count.
  static let longestLine = 1000

  private static let longestBeginning = 16 * 1024

  let sizeLimit: Int
  private(set) var content: [UInt8] = []
  /// Of a refused message, enough for its header to be found in most cases.
  private var refused: [UInt8] = []
  /// The first flaw found, which decides the answer.
  private(set) var flaw: Flaw?
  private var position = Position.lineStart
  private var lineLength = 0

  /// What there is of the message, or was before it was refused.
  var beginning: [UInt8] { flaw == nil ? content : refused }

  init(sizeLimit: Int) {
    self.sizeLimit = sizeLimit
  }

  /// Takes DATA octets up to and with the final `CRLF . CRLF`. Returns how many were used, and whether the
  /// message is complete. Only that exact sequence ends it: anything laxer lets mail be smuggled.
  mutating func receive(dotStuffed bytes: ArraySlice<UInt8>) -> (used: Int, isComplete: Bool) {
    var used = 0
    for byte in bytes {
      used += 1
      switch (position, byte) {
      case (.lineStart, .dot):
        position = .afterDot
      case (.afterDot, .carriageReturn):
        position = .afterDotCR
      case (.afterDotCR, .lineFeed):
        return (used, true)
      case (.afterDotCR, _):
        // The dot began a line that goes on after a bare CR.
        flaw = flaw ?? .bareLineEnd
        position = .inLine
        append(byte)
      case (.afterDot, _):
        position = .inLine
        append(byte)
      default:
        append(byte)
      }
    }
    return (used, false)
  }

  /// Takes the octets of a BDAT chunk, which are the message's own.
  mutating func receive(chunk bytes: ArraySlice<UInt8>) {
    for byte in bytes { append(byte) }
  }

  private mutating func append(_ byte: UInt8) {
    lineLength += 1
    if lineLength > Self.longestLine { flaw = flaw ?? .lineTooLong }
    switch (position, byte) {
    case (.afterCR, .lineFeed):
      position = .lineStart
      lineLength = 0
    case (.afterCR, _):
      flaw = flaw ?? .bareLineEnd
      position = byte == .carriageReturn ? .afterCR : .inLine
    case (_, .lineFeed):
      flaw = flaw ?? .bareLineEnd
      position = .inLine
    case (_, .carriageReturn):
      position = .afterCR
    default:
      position = .inLine
    }
    if content.count < sizeLimit {
      if flaw == nil { content.append(byte) }
    } else {
      flaw = flaw ?? .tooLarge
    }
    // A refused message needs no memory to speak of.
    if flaw != nil, !content.isEmpty {
      refused = Array(content.prefix(Self.longestBeginning))
      content = []
    }
  }
}

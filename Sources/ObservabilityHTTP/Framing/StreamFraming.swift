// What stands around the pieces of a streamed body? (RFC 9112, section 7.1)

/// Frames one piece after the other. A short piece goes out in one write with what stands before it; of a long one only
/// the beginning is copied for that, however long it is.
struct StreamFraming {
  /// The most that is copied of a piece.
  static let mostCopied = 16 * 1024

  private let isChunked: Bool
  /// What comes before the next piece: the head, or the end of the chunk before.
  private var pending: [UInt8]

  init(head: [UInt8], isChunked: Bool) {
    self.isChunked = isChunked
    pending = head
  }

  /// What is to be written before the rest of a piece that is not empty, and how much of the piece it holds.
  mutating func lead(of piece: [UInt8]) -> (bytes: [UInt8], copied: Int) {
    let copied = min(piece.count, Self.mostCopied)
    var bytes: [UInt8] = []
    swap(&bytes, &pending)
    if isChunked {
      bytes.append(contentsOf: String(piece.count, radix: 16).utf8)
      append("\r\n", to: &bytes)
    }
    bytes.append(contentsOf: piece[..<copied])
    if isChunked {
      if copied == piece.count { append("\r\n", to: &bytes) } else { append("\r\n", to: &pending) }
    }
    return (bytes, copied)
  }

  /// What is to be written after the last piece.
  mutating func end() -> [UInt8] {
    if isChunked { append("0\r\n\r\n", to: &pending) }
    return pending
  }

  private func append(_ text: StaticString, to output: inout [UInt8]) {
    output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

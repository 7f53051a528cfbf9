// Where does a line end when bytes arrive in pieces? Only at CRLF, and never beyond the protocol's limit.

import EndpointMessages

/// Bytes received and not yet consumed. A protocol takes lines or counted octets from the front.
struct InputBuffer {
  enum Line: Equatable {
    /// A line without its CRLF.
    case complete([UInt8])
    /// The line's end was found, but not as CRLF.
    case bareLineFeed([UInt8])
    /// The line was longer than the limit; all of it up to its end was thrown away.
    case tooLong
  }

  private var bytes: [UInt8] = []
  private var start = 0
  /// How far the search for a line's end has come, so that slow senders do not make it quadratic.
  private var searched = 0
  /// How many octets of an over-long line were thrown away so far; zero when no such line is in progress.
  private(set) var discarded = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }
  var first: UInt8? { start < bytes.count ? bytes[start] : nil }

  mutating func append(_ more: some Collection<UInt8>) {
    if start > 0, start == bytes.count || start > 64 * 1024 {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// What is there, without taking it.
  func peek(_ count: Int) -> ArraySlice<UInt8> { bytes[start..<end(of: count)] }

  /// Takes up to `count` bytes.
  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let end = end(of: count)
    defer {
      start = end
      searched = end
    }
    return bytes[start..<end]
  }

  /// Where `wanted` bytes end, or those that are there. The number may be a peer's, and as large as any.
  private func end(of wanted: Int) -> Int { start + min(count, max(0, wanted)) }

  /// The next line, or nil while its end has not arrived. `limit` counts the line's octets with its CRLF.
  mutating func takeLine(limit: Int) -> Line? {
    while searched < bytes.count {
      if bytes[searched] == .lineFeed {
        let end = searched
        let length = end + 1 - start
        let line = bytes[start..<end]
        start = end + 1
        searched = start
        if discarded > 0 || length > limit {
          discarded = 0
          return .tooLong
        }
        return line.last == .carriageReturn
          ? .complete(Array(line.dropLast())) : .bareLineFeed(Array(line))
      }
      searched += 1
    }
    if count >= limit {
      // A final CR may belong to the line's end: it is kept, the rest is forgotten.
      let kept = bytes.last == .carriageReturn ? 1 : 0
      discarded += count - kept
      start = bytes.count - kept
      searched = bytes.count
    }
    return nil
  }
}

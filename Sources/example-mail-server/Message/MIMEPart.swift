// Which parts has a message? Its MIME structure, as places in its octets (RFC 2045, RFC 2046).

import EndpointMessages

/// A message, or a part of one.
struct MIMEPart: Sendable {
  indirect enum Content: Sendable {
    case leaf
    /// At least one part.
    case multipart([MIMEPart])
    /// The message in a part of type message/rfc822.
    case message(MIMEPart)
  }

  /// How deep parts may lie in parts, and how many there may be. What goes beyond stays in one piece.
  static let maximumDepth = 16
  static let maximumCount = 1000

  let header: MessageHeader
  /// The header with its empty line.
  let headerRange: Range<Int>
  let bodyRange: Range<Int>
  let type: String
  let subtype: String
  let parameters: [MIMEFieldValue.Parameter]
  let content: Content

  init(of message: [UInt8]) {
    var parser = MIMEParser(message: message)
    self = parser.part(0..<message.count)
  }

  fileprivate init(
    header: MessageHeader, in range: Range<Int>, as field: MIMEFieldValue, content: Content
  ) {
    self.header = header
    headerRange = range.lowerBound..<header.bodyStart
    bodyRange = header.bodyStart..<range.upperBound
    (type, subtype) = field.type ?? ("application", "octet-stream")
    parameters = field.parameters
    self.content = content
  }

  /// The parts of a message by their numbers: a message that is not multipart has one, which is its body.
  var numberedParts: [MIMEPart] { if case .multipart(let parts) = content { parts } else { [self] } }

  /// The part that `1.2` names in this message (RFC 3501 section 6.4.5); nil when there is none.
  func part(at path: [Int]) -> MIMEPart? {
    var level = numberedParts
    var found: MIMEPart?
    for number in path {
      guard number >= 1, number <= level.count else { return nil }
      let part = level[number - 1]
      found = part
      switch part.content {
      case .leaf: level = []
      case .multipart(let parts): level = parts
      case .message(let message): level = message.numberedParts
      }
    }
    return found
  }

  var encoding: TransferEncoding { TransferEncoding(header["Content-Transfer-Encoding"]) }

  /// What a person reads in this part; nil when it is not text.
  func text(in message: [UInt8]) -> String? {
    guard case .leaf = content, type == "text" else { return nil }
    let bytes = encoding.decode(message[bodyRange])
    let charset = parameters.first { $0.name == "charset" }.flatMap { Charset($0.value) }
    guard let charset, charset != .ascii else { return Charset.text(ofUnlabelled: bytes) }
    return charset.decode(bytes)
  }
}

private struct MIMEParser {
  let message: [UInt8]
  private var count = 1

  init(message: [UInt8]) { self.message = message }

  mutating func part(_ range: Range<Int>, isInDigest: Bool = false, depth: Int = 0) -> MIMEPart {
    let header = MessageHeader(of: message, in: range)
    let body = header.bodyStart..<range.upperBound
    var field =
      header["Content-Type"].flatMap { MIMEFieldValue($0) }
      ?? (isInDigest ? MIMEFieldValue(value: "message/rfc822") : .plainText)
    // A type that is none is taken for the default (RFC 2045 section 5.2).
    if field.type == nil { field = .plainText }
    var content = MIMEPart.Content.leaf
    let isMultipart = field.value.utf8.starts(with: "multipart/".utf8)
    // An encoded message would have to be decoded before it had parts; RFC 2046 section 5.2.1 forbids it.
    let isMessage =
      field.value == "message/rfc822"
      && TransferEncoding(header["Content-Transfer-Encoding"]) == .identity
    if isMultipart || field.value == "message/rfc822" {
      if depth == MIMEPart.maximumDepth || count >= MIMEPart.maximumCount || !(isMultipart || isMessage) {
        field = MIMEFieldValue(value: "application/octet-stream")
      } else if isMessage {
        count += 1
        content = .message(part(body, depth: depth + 1))
      } else {
        let ranges = ranges(of: body, boundary: field["boundary"])
        count += ranges.count
        content = .multipart(
          ranges.map { part($0, isInDigest: field.value == "multipart/digest", depth: depth + 1) })
        // Without its delimiter there are no parts, and yet a text to read.
        if ranges.isEmpty {
          let header = MessageHeader(of: message, in: body.lowerBound..<body.lowerBound)
          content = .multipart([MIMEPart(header: header, in: body, as: .plainText, content: .leaf)])
        }
      }
    }
    return MIMEPart(header: header, in: range, as: field, content: content)
  }

  /// Where the parts stand between the delimiter lines (RFC 2046 section 5.1.1). Each line is read once for
  /// each multipart that it lies in, and the line end before a delimiter belongs to that. A missing close is no
  /// loss.
  private func ranges(of body: Range<Int>, boundary: String?) -> [Range<Int>] {
    guard let boundary, (1...256).contains(boundary.utf8.count) else { return [] }
    let delimiter = Array("--\(boundary)".utf8)
    var ranges: [Range<Int>] = []
    var partStart: Int?
    var line = body.lowerBound
    while line < body.upperBound {
      let end = message[line..<body.upperBound].firstIndex(of: .lineFeed).map { $0 + 1 } ?? body.upperBound
      if let isClose = isClose(message[line..<end], delimiter) {
        if let start = partStart { ranges.append(start..<max(start, beforeLineEnd(line))) }
        partStart = isClose ? nil : end
        if isClose || count + ranges.count >= MIMEPart.maximumCount { break }
      }
      line = end
    }
    if let start = partStart { ranges.append(start..<body.upperBound) }
    return ranges
  }

  /// Whether a delimiter line is the last one; nil for another line. Blanks may follow it.
  private func isClose(_ line: ArraySlice<UInt8>, _ delimiter: [UInt8]) -> Bool? {
    guard line.starts(with: delimiter) else { return nil }
    let rest = line.dropFirst(delimiter.count)
    let isClose = rest.starts(with: "--".utf8)
    let isBlank = rest.dropFirst(isClose ? 2 : 0).allSatisfy {
      $0.isWhitespace || $0 == .carriageReturn || $0 == .lineFeed
    }
    return isBlank ? isClose : nil
  }

  private func beforeLineEnd(_ lineStart: Int) -> Int {
    let end = lineStart - 1
    return end > 0 && message[end - 1] == .carriageReturn ? end - 1 : end
  }
}

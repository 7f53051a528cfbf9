// Where in a message does a trace stand?

import TraceSpans

/// The fields `Traceparent` and `Tracestate` of a message, whose bytes may be anything.
///
/// The header ends with the first empty line, and what follows it is never looked at. Lines end with LF, before which
/// there may be a CR; a CR elsewhere is a byte like others. A name is compared without regard to case, and blanks may
/// stand between it and the colon. Lines that begin with a blank belong to the field above.
///
/// Source: RFC 5322, 2.2 and 4.5.
enum TraceFields {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  private enum Name: CaseIterable {
    case traceparent, tracestate

    var bytes: StaticString {
      switch self {
      case .traceparent: "traceparent"
      case .tracestate: "tracestate"
      }
    }
  }

  private struct Field {
    let name: Name
    /// With all of its lines, and the end of the last.
    var range: Range<Int>
    let value: Int
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// The fields, from the first to the last.
  private static func forEach(in bytes: Bytes, _ body: (Field) -> Void) {
    var field: Field?
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: lineFeed) ?? bytes.count
      let next = min(end + 1, bytes.count)
      if isBlank(bytes[start]) {
        if let found = field { field?.range = found.range.lowerBound..<next }
      } else {
        if let field { body(field) }
        field = nil
        if end == start || (end == start + 1 && bytes[start] == carriageReturn) { return }
        field =
          Name.allCases.lazy.compactMap { name in
            value(of: name, in: bytes[start..<end]).map { Field(name: name, range: start..<next, value: $0) }
          }.first
      }
      start = next
    }
    if let field { body(field) }
  }

  /// Where the value begins; nil when the line does not begin with that name.
  private static func value(of name: Name, in line: Slice<Bytes>) -> Int? {
    let name = name.bytes
    guard line.count > name.utf8CodeUnitCount else { return nil }
    for offset in 0..<name.utf8CodeUnitCount {
      // Of the letters of the names, and of nothing else, setting this bit makes the small ones.
      guard line[line.startIndex + offset] | 0x20 == name.utf8Start[offset] else { return nil }
    }
    let rest = line.dropFirst(name.utf8CodeUnitCount).drop(while: isBlank)
    return rest.first == UInt8(ascii: ":") ? rest.startIndex + 1 : nil
  }

  /// The context that the fields of a message give. Nil when there is no `Traceparent` or more than one, since nobody
  /// can tell then whose it is, and when it cannot be read.
  static func context(in bytes: Bytes) -> TraceContext? {
    var traceparents = 0
    var traceparent = ""
    var tracestate: [String] = []
    var length = 0
    forEach(in: bytes) { field in
      // No more than the recommendation's parser reads.
      let isLong = field.range.upperBound - field.value > 40_000
      switch field.name {
      case .traceparent:
        traceparents += 1
        if traceparents == 1, !isLong { traceparent = unfolded(bytes[field.value..<field.range.upperBound]) }
      case .tracestate:
        length += field.range.count
        if length <= 40_000 { tracestate.append(unfolded(bytes[field.value..<field.range.upperBound])) }
      }
    }
    guard traceparents == 1 else { return nil }
    return TraceContext(traceparent: traceparent, tracestate: length <= 40_000 ? tracestate : [])
  }

  /// The value without the ends of its lines.
  private static func unfolded(_ value: Slice<Bytes>) -> String {
    var bytes: [UInt8] = []
    for line in value.split(separator: lineFeed) {
      bytes += line.last == carriageReturn ? line.dropLast() : line
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The message without the fields, and with those of a context at its head, unless it begins within a field; nil
  /// when that changes nothing.
  static func replacing(in bytes: Bytes, by context: TraceContext?) -> [UInt8]? {
    var result: [UInt8] = []
    if let context, bytes.first.map(isBlank) != true { result = fields(of: context, like: bytes) }
    var copied = 0
    forEach(in: bytes) { field in
      result += bytes[copied..<field.range.lowerBound]
      copied = field.range.upperBound
    }
    guard copied > 0 || !result.isEmpty else { return nil }
    result += bytes[copied...]
    return result
  }

  /// The fields as lines that end as the first line of the message does.
  private static func fields(of context: TraceContext, like bytes: Bytes) -> [UInt8] {
    var lineEnd = "\r\n"
    if let first = bytes.firstIndex(of: lineFeed), first == 0 || bytes[first - 1] != carriageReturn {
      lineEnd = "\n"
    }
    return names(of: context).flatMap { Array("\($0.name): \($0.value)\(lineEnd)".utf8) }
  }

  /// The fields that carry a context.
  static func names(of context: TraceContext) -> [(name: String, value: String)] {
    [("Traceparent", context.traceparent)] + (context.tracestate.map { [("Tracestate", $0)] } ?? [])
  }
}

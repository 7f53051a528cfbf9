// How does a context read as text?

extension TraceContext {
  /// The bytes of a `traceparent` field of version 00.
  private static let length = 55

  /// The context that came in a `traceparent` and any number of `tracestate` fields.
  ///
  /// Spaces and tabs around the fields are left out. Of a version above 00 the part that version 00 defines
  /// is read; what may follow it begins with a dash. Not read are: version `ff`, upper-case digits,
  /// identifiers that are all zero, and two fields joined by a comma, which is what a caller makes of several
  /// `traceparent` fields. A `tracestate` that cannot be read does no harm to the rest: ``state`` is empty
  /// then. A `traceparent` of more than 1,024 bytes is not read.
  ///
  /// - Parameters:
  ///   - traceparent: the field's value.
  ///   - tracestate: the values of the `tracestate` fields, in their order.
  /// - Returns: nil when `traceparent` cannot be read. The context ``isRemote``.
  ///
  /// Source: W3C Trace Context, level 1 and 2.
  public init?(traceparent: String, tracestate: [String] = []) {
    guard traceparent.utf8.count <= 1024 else { return nil }
    var traceparent = traceparent
    guard let parts = traceparent.withUTF8({ TraceContext.parts(of: $0) }) else { return nil }
    self.init(
      traceID: parts.traceID, spanID: parts.spanID, flags: parts.flags, state: TraceState(fields: tracestate),
      isRemote: true)
  }

  /// The context as a `traceparent` field of version 00: 55 bytes.
  public var traceparent: String {
    HexDigits.text(count: TraceContext.length) { place in
      for index in [2, 35, 52] { place[index] = UInt8(ascii: "-") }
      HexDigits.write(0, count: 2, to: place)
      traceID.write(to: place + 3)
      spanID.write(to: place + 36)
      HexDigits.write(UInt64(flags.rawValue), count: 2, to: place + 53)
    }
  }

  /// ``state`` as a `tracestate` field; nil when there is nothing to send.
  public var tracestate: String? { state.isEmpty ? nil : state.text }

  private static func parts(
    of field: UnsafeBufferPointer<UInt8>
  ) -> (traceID: TraceID, spanID: SpanID, flags: TraceFlags)? {
    let bytes = TraceState.trimmed(field[...])
    guard bytes.count >= length else { return nil }
    let start = bytes.startIndex
    func part(_ range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> {
      bytes[(start + range.lowerBound)..<(start + range.upperBound)]
    }
    let dash = UInt8(ascii: "-")
    guard bytes[start + 2] == dash, bytes[start + 35] == dash, bytes[start + 52] == dash,
      let version = HexDigits.number(part(0..<2)), version != 0xFF,
      bytes.count == length || (version > 0 && bytes[start + length] == dash),
      let traceID = TraceID(digits: part(3..<35)), let spanID = SpanID(digits: part(36..<52)),
      let flags = HexDigits.number(part(53..<55))
    else { return nil }
    return (traceID, spanID, TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags)))
  }
}

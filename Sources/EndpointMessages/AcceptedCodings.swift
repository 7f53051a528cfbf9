// May an answer be compressed for a client? (RFC 9110, section 12.5.3)

/// What `Accept-Encoding` says of the two codings that there are.
///
/// Of several entries for one coding the first counts. At most ``AcceptedMembers/most`` entries are read, and what
/// cannot be understood is left out.
package struct AcceptedCodings: Sendable {
  // Qualities in thousandths; nil for what is not named.
  private var gzip: Int?
  private var identity: Int?
  private var others: Int?

  package init(_ fields: EndpointFields) {
    fields.forEachAccepted("accept-encoding") { member in
      guard let (coding, quality) = AcceptedMembers.coding(member) else { return }
      if coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") {
        gzip = gzip ?? quality
      } else if coding.equalsIgnoringCase("identity") {
        identity = identity ?? quality
      } else if coding.equalsIgnoringCase("*") {
        others = others ?? quality
      }
    }
  }

  /// Whether gzip is asked for, under that name, as `x-gzip` or by `*`, and not rather the answer as it is, which counts
  /// where it is named. Without the field, or with an empty one, nothing is asked for.
  package var asksForGzip: Bool {
    guard let quality = gzip ?? others, quality > 0 else { return false }
    return quality >= identity ?? 0
  }

  /// Whether the answer as it is would not be accepted, by its name or by `*`. Where gzip is not accepted either, it is
  /// sent all the same: every client reads it, and an error would come that way too.
  package var refusesIdentity: Bool { (identity ?? others) == 0 }
}

extension AcceptedMembers {
  /// A coding's name and its quality in thousandths; nil for what cannot be understood.
  fileprivate static func coding(
    _ member: UnsafeBufferPointer<UInt8>
  ) -> (name: UnsafeBufferPointer<UInt8>, quality: Int)? {
    var name: UnsafeBufferPointer<UInt8>?
    var quality: Int? = 1000
    var parts = 0
    member.forEachPart(separatedBy: UInt8(ascii: ";")) { part in
      defer { parts += 1 }
      guard parts > 0 else {
        name = part
        return true
      }
      guard parts <= mostParameters else { return false }
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")),
        part.part(0, equals).trimmed().equalsIgnoringCase("q")
      else { return true }
      quality = part.part(equals + 1, part.count).trimmed().quality
      return quality != nil
    }
    guard let name, let quality else { return nil }
    return (name, quality)
  }
}

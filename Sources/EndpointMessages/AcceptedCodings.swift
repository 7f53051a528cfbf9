// May an answer be compressed for a client? (RFC 9110, section 12.5.3)

extension EndpointFields {
  /// Whether `Accept-Encoding` asks for gzip, under that name, as `x-gzip` or by `*`, and not rather for the answer as
  /// it is, which counts where it is named. Without the field, or with an empty one, nothing is asked for.
  ///
  /// Of several entries for one coding the first counts. At most ``AcceptedMembers/most`` entries are read, and what
  /// cannot be understood is left out. Where neither is acceptable the answer stays as it is, which every client reads.
  package var asksForGzip: Bool {
    var gzip: Int?
    var identity: Int?
    var others: Int?
    forEachAccepted("accept-encoding") { member in
      guard let (coding, quality) = AcceptedMembers.coding(member) else { return }
      if coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") {
        gzip = gzip ?? quality
      } else if coding.equalsIgnoringCase("identity") {
        identity = identity ?? quality
      } else if coding.equalsIgnoringCase("*") {
        others = others ?? quality
      }
    }
    guard let quality = gzip ?? others, quality > 0 else { return false }
    return quality >= identity ?? 0
  }
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

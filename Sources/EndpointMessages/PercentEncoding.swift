// What do percent-encoded bytes stand for? (RFC 3986, section 2.1)

package enum PercentEncoding {
  package enum Fault: Error, Sendable, Hashable {
    /// A percent sign stands before no two hexadecimal digits.
    case malformed
    /// An encoded byte is one that may not be.
    case refused
  }

  /// The bytes that are encoded.
  ///
  /// - Parameters:
  ///   - plain: what a byte stands for that is not encoded.
  ///   - isAllowed: whether a byte may be encoded.
  package static func decode(
    _ encoded: some Sequence<UInt8>, plain: (UInt8) -> UInt8 = { $0 },
    allowing isAllowed: (UInt8) -> Bool = { _ in true }
  ) throws(Fault) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(encoded.underestimatedCount)
    var bytes = encoded.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(plain(byte))
        continue
      }
      guard let high = bytes.next()?.hexadecimalValue, let low = bytes.next()?.hexadecimalValue else {
        throw .malformed
      }
      guard isAllowed(high << 4 | low) else { throw .refused }
      decoded.append(high << 4 | low)
    }
    return decoded
  }
}

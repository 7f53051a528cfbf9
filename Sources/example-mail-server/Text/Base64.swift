// How are credentials carried over a line? In base64 (RFC 4648 section 4), strictly decoded.

enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var output: [UInt8] = []
    var group: UInt32 = 0
    var held = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        for shift in [18, 12, 6, 0] { output.append(alphabet[Int(group >> UInt32(shift) & 63)]) }
        group = 0
        held = 0
      }
    }
    if held > 0 {
      group <<= UInt32(8 * (3 - held))
      for shift in [18, 12, 6, 0].prefix(held + 1) {
        output.append(alphabet[Int(group >> UInt32(shift) & 63)])
      }
      output.append(contentsOf: repeatElement(padding, count: 3 - held))
    }
    return output.text
  }

  /// The bytes, or nil for anything that is not canonical base64: wrong length, foreign octets, padding in
  /// the middle, or unused bits that are not zero.
  static func decode(_ encoded: some Collection<UInt8>) -> [UInt8]? {
    guard encoded.count.isMultiple(of: 4) else { return nil }
    var output: [UInt8] = []
    var group: UInt32 = 0
    var held = 0
    var pads = 0
    for byte in encoded {
      if byte == padding {
        pads += 1
        group <<= 6
      } else {
        guard pads == 0, let value = sextet(byte) else { return nil }
        group = group << 6 | value
      }
      held += 1
      if held == 4 {
        guard pads <= 2, pads == 0 || group & (pads == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
        for shift in [16, 8, 0].prefix(3 - pads) {
          output.append(UInt8(truncatingIfNeeded: group >> UInt32(shift)))
        }
        group = 0
        held = 0
      }
    }
    return output
  }

  /// The bytes of base64 as mail carries it: foreign octets are skipped (RFC 2045 section 6.8), and what was
  /// cut off is left out.
  static func decodeLeniently(_ encoded: some Collection<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(encoded.count / 4 * 3)
    var bits: UInt32 = 0
    var held = 0
    for byte in encoded {
      if byte == padding {
        // Texts that were encoded one after the other begin anew.
        held = 0
      } else if let value = sextet(byte) {
        bits = bits << 6 | value
        held += 6
        if held >= 8 {
          held -= 8
          output.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
      }
    }
    return output
  }

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 97 + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

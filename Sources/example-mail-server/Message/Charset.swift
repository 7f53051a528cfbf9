// Which characters do the octets of a text mean? The charsets of most of the mail there is.

enum Charset: Sendable {
  case ascii, utf8, latin9, windows1252

  /// nil for a charset that is not known here.
  init?(_ name: some StringProtocol) {
    switch name.asciiLowercased {
    case "us-ascii", "ascii", "ansi_x3.4-1968": self = .ascii
    case "utf-8", "utf8": self = .utf8
    case "iso-8859-15", "latin-9", "latin9": self = .latin9
    // Whoever says Latin-1 and means its control characters writes no mail: it is the larger set here.
    case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252": self = .windows1252
    default: return nil
    }
  }

  /// The text; what is no character in the charset is replaced.
  func decode(_ bytes: some Collection<UInt8>) -> String {
    switch self {
    case .ascii, .utf8: return bytes.text
    case .latin9, .windows1252:
      var text = String.UnicodeScalarView()
      for byte in bytes { text.append(Unicode.Scalar(scalar(of: byte)) ?? "\u{FFFD}") }
      return String(text)
    }
  }

  /// Text that names no charset: UTF-8 when it can be, and Latin-1, which anything can be.
  static func text(ofUnlabelled bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? Charset.windows1252.decode(bytes)
  }

  private func scalar(of byte: UInt8) -> UInt16 {
    if self == .latin9, let scalar = Self.latin9Differences[byte] { return scalar }
    if self == .windows1252, (0x80...0x9F).contains(byte) { return Self.windows1252Upper[Int(byte) - 0x80] }
    return UInt16(byte)
  }

  private static let latin9Differences: [UInt8: UInt16] = [
    0xA4: 0x20AC, 0xA6: 0x0160, 0xA8: 0x0161, 0xB4: 0x017D, 0xB8: 0x017E, 0xBC: 0x0152, 0xBD: 0x0153,
    0xBE: 0x0178,
  ]

  /// 0x80 to 0x9F; five of them mean nothing, and are the control characters of the same number.
  private static let windows1252Upper: [UInt16] = [
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
    0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
  ]
}

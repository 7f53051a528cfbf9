// How does a text that a peer may have made up stand in a page, and be nothing but a text?

/// Appends the parts of a page.
package struct HTMLText {
  package private(set) var text = ""

  package init() {}

  /// What the library wrote itself.
  package mutating func raw(_ html: String) { text += html }

  /// A text that may be anything, see ``escaped(_:)``.
  package mutating func plain(_ other: String) { text += HTMLText.escaped(other) }

  /// A name and what it has for a value.
  package mutating func term(_ name: String, _ value: String) {
    text += "<dt>"
    plain(name)
    text += "</dt><dd>"
    plain(value)
    text += "</dd>"
  }

  /// A text that may be anything. Marks of HTML are escaped; what cannot be seen, or would turn around what
  /// stands beside it, is shown by its number.
  package static func escaped(_ text: String) -> String {
    // By scalars: a mark behind one of these makes another character of the two.
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where isHidden(scalar): result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Controls, and the marks of the bidirectional algorithm; not those that join letters.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF:
      true
    default: false
    }
  }

  /// A text as the value of a query's parameter.
  package static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }
}

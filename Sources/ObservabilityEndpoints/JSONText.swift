// How JSON is written, wherever an endpoint answers in it.

/// Appends JSON to bytes. It only writes; nothing here reads JSON.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  mutating func object(_ body: (inout JSONText) -> Void) {
    open("{", body, "}")
  }

  mutating func array(_ body: (inout JSONText) -> Void) {
    open("[", body, "]")
  }

  mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  mutating func null() { raw("null") }

  mutating func integer(_ value: some BinaryInteger) { raw("\(value)") }

  /// A number, or `null` for what JSON has no number for.
  mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    raw(
      Double(Int64(clamping: Int128(value.magnitude < 1e15 ? value : 0))) == value
        ? "\(Int64(value))" : "\(value)")
  }

  private mutating func raw(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func open(_ start: Character, _ body: (inout JSONText) -> Void, _ end: Character) {
    separate()
    bytes.append(contentsOf: start.utf8)
    needsComma = false
    body(&self)
    bytes.append(contentsOf: end.utf8)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Source: RFC 8259, 7. `<` and `>` are escaped as well, so that nothing in a string can become markup.
  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), 0x7F:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

// How is a JSON document written that is made anew for each answer?

/// Appends the parts of a document, with the commas between them. It only writes; nothing here reads JSON.
package struct JSONText: ~Copyable {
  private var buffer = OutputBuffer(capacity: 1024)
  private var needsComma = false

  package init() {}

  /// What has been written.
  package var bytes: [UInt8] { [UInt8](buffer.bytes) }

  // MARK: - Containers

  package mutating func object(_ body: (inout JSONText) -> Void) { contain("{", body, "}") }

  package mutating func array(_ body: (inout JSONText) -> Void) { contain("[", body, "]") }

  package mutating func key(_ name: String) {
    separate()
    buffer.append(jsonString: name)
    buffer.append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: - Values

  package mutating func string(_ value: String) {
    separate()
    buffer.append(jsonString: value)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    buffer.append(value ? "true" : "false" as StaticString)
  }

  package mutating func null() {
    separate()
    buffer.append("null")
  }

  package mutating func integer(_ value: Int) {
    separate()
    if value < 0 { buffer.append(UInt8(ascii: "-")) }
    buffer.append(integer: UInt64(value.magnitude))
  }

  /// A number, or `null` for what JSON has no number for.
  package mutating func number(_ value: Double) {
    separate()
    buffer.append(json: value)
  }

  /// A number to three digits, for a chart; `null` for what is not finite, or 10^15 and more. What is below a millionth is
  /// rounded to one.
  package mutating func rounded(_ value: Double) {
    guard value.magnitude < 1e15 else { return null() }
    separate()
    let size = value.magnitude
    var (scale, limit): (UInt64, Double) = (1, 99.95)
    while size < limit, scale < 1_000_000 { (scale, limit) = (scale * 10, limit / 10) }
    let number = UInt64((size * Double(scale)).rounded())
    if value < 0, number > 0 { buffer.append(UInt8(ascii: "-")) }
    buffer.append(integer: number / scale)
    var (rest, unit) = (number % scale, scale / 10)
    guard rest > 0 else { return }
    buffer.append(UInt8(ascii: "."))
    while rest > 0 {
      buffer.append(UInt8(ascii: "0") + UInt8(rest / unit))
      (rest, unit) = (rest % unit, unit / 10)
    }
  }

  private mutating func contain(
    _ start: StaticString, _ body: (inout JSONText) -> Void, _ end: StaticString
  ) {
    separate()
    buffer.append(start)
    needsComma = false
    body(&self)
    buffer.append(end)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
    needsComma = true
  }
}

// How are the expected values printed? By other code than the library's, which is what is tested.

/// Writes JSON in ASCII.
struct PlainJSON {
  private(set) var text = ""
  private var needsComma = false

  mutating func object(_ body: (inout PlainJSON) -> Void) { enclosed("{", "}", body) }
  mutating func array(_ body: (inout PlainJSON) -> Void) { enclosed("[", "]", body) }

  mutating func field(_ name: String, _ value: (inout PlainJSON) -> Void) {
    string(name)
    text += ":"
    needsComma = false
    value(&self)
    needsComma = true
  }

  mutating func string(_ value: String) {
    separate()
    text += "\""
    for unit in value.utf16 {
      if unit >= 0x20, unit < 0x7F, unit != 0x22, unit != 0x5C {
        text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    text += "\""
  }

  private mutating func enclosed(_ start: String, _ end: String, _ body: (inout PlainJSON) -> Void) {
    separate()
    text += start
    needsComma = false
    body(&self)
    text += end
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text += "," }
    needsComma = true
  }
}

/// The samples that a reader should find.
struct ExpectedSamples {
  private var samples: [(name: String, labels: [(String, String)], value: String)] = []

  /// Numbers are written as text, so that no reader of the expectation rounds them.
  mutating func add(_ name: String, _ labels: [(String, String)], _ value: String) {
    samples.append((name, labels, value))
  }

  func write(to document: inout PlainJSON) {
    document.array { document in
      for sample in samples {
        document.object { document in
          document.field("name") { $0.string(sample.name) }
          document.field("labels") { document in
            document.object { document in
              for (name, value) in sample.labels { document.field(name) { $0.string(value) } }
            }
          }
          document.field("value") { $0.string(sample.value) }
        }
      }
    }
  }
}

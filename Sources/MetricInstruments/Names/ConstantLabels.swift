// Which labels does every series of a registry have?

/// Labels that are the same on every series, checked and written once.
package struct ConstantLabels: Sendable {
  package static let none = ConstantLabels()

  package let names: [String]
  package let values: [String]
  /// `name="value"` with commas between, escaped as all text formats want it.
  let text: [UInt8]

  private init() {
    names = []
    values = []
    text = []
  }

  /// - Throws: ``RegistrationError`` for a name that is not legal in every format or comes twice, and for a value that is
  ///   empty, which to a scraper is no label, or longer than 1,024 bytes.
  init(_ labels: KeyValuePairs<String, String>, namespace: String) throws(RegistrationError) {
    func fail(_ message: String) -> RegistrationError {
      RegistrationError(.invalidLabels, of: namespace, message)
    }
    for (name, value) in labels {
      guard LabelName.isLegacy(name), !name.hasPrefix("__"), name != "le", name != "quantile" else {
        throw fail("\"\(name)\" cannot be the name of a constant label")
      }
      guard 1...LabelValue.maximumLength ~= value.utf8.count else {
        throw fail("the constant label \(name) needs a value of 1 to \(LabelValue.maximumLength) bytes")
      }
    }
    names = labels.map(\.key)
    values = labels.map { LabelText($0.value).text }
    guard Set(names).count == names.count else { throw fail("a constant label comes twice in \(names)") }
    var text: [UInt8] = []
    for (name, value) in zip(names, values) {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: Array("\(name)=\"".utf8))
      LabelValue.appendEscaped(value, to: &text)
      text.append(UInt8(ascii: "\""))
    }
    self.text = text
  }

  package var isEmpty: Bool { names.isEmpty }

  package var pairs: [(name: String, value: String)] { zip(names, values).map { (name: $0, value: $1) } }

  /// What is wrong with labels that stand beside these, or nil.
  package func problem(beside others: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let own = Set(names.map { LabelText($0) })
    return others.first { own.contains(LabelText($0)) }.map {
      "the label \($0) is one of the registry's constant labels"
    }
  }
}

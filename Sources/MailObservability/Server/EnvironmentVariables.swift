// How is a variable of the environment read, and what is said of one that makes no sense?

import EndpointMessages
import ObservabilityPlatform

/// The variables, and what is to be said of them.
struct EnvironmentVariables {
  private let read: (String) -> [UInt8]?
  private(set) var warnings: [String] = []

  init(_ environment: [String: String]?) {
    self.init { name in
      if let environment { return environment[name].map { Array($0.utf8) } }
      return getenv(name).map { UnsafeRawBufferPointer(start: $0, count: strlen($0)).map { $0 } }
    }
  }

  /// - Parameter read: the bytes of a variable; nil when it is not set.
  init(reading read: @escaping (String) -> [UInt8]?) { self.read = read }

  /// The text of a variable, without white space around it; nil when it is not set, empty, or not UTF-8.
  private func text(_ name: String) -> String? {
    guard let bytes = read(name), let value = String(validating: bytes, as: UTF8.self) else { return nil }
    let text = EnvironmentVariables.trimmed(value[...])
    return text.isEmpty ? nil : String(text)
  }

  /// Whether a variable is set, and not empty.
  func isSet(_ name: String) -> Bool { text(name) != nil }

  private func isReadable(_ name: String) -> Bool {
    read(name).map { String(validating: $0, as: UTF8.self) != nil } ?? true
  }

  /// The value of a variable, without white space around it; nil when it is not set, or empty. One that is not UTF-8
  /// is left out, and said.
  mutating func value(_ name: String) -> String? {
    if !isReadable(name) { warn(name, "is not UTF-8, and left out", value: nil) }
    return text(name)
  }

  /// The first variable that is set, and its name.
  mutating func first(_ names: [String]) -> (value: String, name: String)? {
    for name in names {
      if let value = value(name) { return (value, name) }
    }
    return nil
  }

  /// The first variable that is set, and its name.
  ///
  /// - Throws: where it is not UTF-8: without it the server, or spans, would be sent or shown elsewhere than was meant.
  func needed(_ names: [String]) throws(MetricsConfigError) -> (value: String, name: String)? {
    for name in names {
      guard isReadable(name) else {
        throw MetricsConfigError(.invalidSetting, setting: name, value: "***", "is not UTF-8")
      }
      if let value = text(name) { return (value, name) }
    }
    return nil
  }

  mutating func isTrue(_ name: String) -> Bool {
    guard let text = value(name)?.lowercased() else { return false }
    if text != "true", text != "false" { warn(name, "is neither true nor false, and taken for false") }
    return text == "true"
  }

  /// The number of the first variable that has one, and its name. What is larger than the range is taken for its
  /// upper bound, which is this library's and not the specification's; what is no number, or smaller, is left out.
  mutating func number(_ names: [String], _ range: ClosedRange<Int>) -> (value: Int, name: String)? {
    for name in names {
      guard let text = value(name) else { continue }
      let isLarge = text.utf8.allSatisfy { $0.isDigit }
      guard let number = Int(text) ?? (isLarge ? .max : nil), number >= range.lowerBound else {
        warn(name, "is no number from \(range.lowerBound) to \(range.upperBound), and left out")
        continue
      }
      if number > range.upperBound {
        warn(name, "is more than there may be, and taken for \(range.upperBound)")
      }
      return (min(number, range.upperBound), name)
    }
    return nil
  }

  /// Why there are no pairs.
  static let noPairs = "is no list of percent-encoded names and values: key=value,other=value"

  /// Names and values, both percent-encoded: `key=value,other=value`; nil where they cannot be read.
  mutating func pairs(_ name: String) -> [(String, String)]? {
    guard let text = value(name) else { return [] }
    var pairs: [(String, String)] = []
    for member in text.split(separator: ",", omittingEmptySubsequences: false) {
      let member = EnvironmentVariables.trimmed(member)
      guard !member.isEmpty else { continue }
      guard let sign = member.firstIndex(of: "="),
        let key = EnvironmentVariables.decoded(member[..<sign]), !key.isEmpty,
        let value = EnvironmentVariables.decoded(member[member.index(after: sign)...])
      else { return nil }
      pairs.append((key, value))
    }
    return pairs
  }

  static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { String(trimmed($0)) }.filter { !$0.isEmpty }
  }

  mutating func warn(_ name: String, _ problem: String) {
    warn(name, problem, value: text(name))
  }

  mutating func warn(_ name: String, _ problem: String, value: String?) {
    let value = value.map { " \"\($0.oneLine(atMost: 256))\"" } ?? ""
    let warning = "\(name)\(value): \(problem)"
    // Several settings may follow from one variable.
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    func isSpace(_ character: Character) -> Bool {
      character == " " || character == "\t" || character.isNewline
    }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
      let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return text[first...last]
  }

  /// Nil when a percent sign stands before no two hexadecimal digits, or the bytes are no UTF-8.
  private static func decoded(_ text: Substring) -> String? {
    (try? PercentEncoding.decode(trimmed(text).utf8)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}

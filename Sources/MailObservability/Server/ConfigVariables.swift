// How is a value of the environment read that says how the server is to be?

import ObservabilityEndpoints
import ObservabilityPlatform

/// Values of variables, each nil for what is none; lists throw what is wrong with them.
enum ConfigVariables {
  /// Why a value is none that is allowed.
  enum Refusal: Error {
    case value
    /// There are separators and nothing between them: whoever has set that meant something.
    case noMember
    /// What is wrong is this member of the list.
    case member(String)
  }

  static func list(_ text: String) throws(Refusal) -> [String] {
    let members = EnvironmentVariables.list(text)
    guard !members.isEmpty else { throw .noMember }
    return members
  }

  static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "yes", "on": true
    case "false", "0", "no", "off": false
    default: nil
    }
  }

  static let truthAllowed = "true or false"

  static func count(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
      return nil
    }
    return Int(text)
  }

  static func count(_ text: String, _ bounds: ClosedRange<Int>) -> Int? {
    count(text).flatMap { bounds.contains($0) ? $0 : nil }
  }

  static func countAllowed(_ bounds: ClosedRange<Int>) -> String {
    "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
  }

  /// A whole number and its unit, as Prometheus has them: `500ms`, `20s`, `10m`, `1h`.
  static func duration(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = count(String(digits)), number <= mostOfUnit else { return nil }
    return switch text[digits.endIndex...] {
    case "ms": .milliseconds(number)
    case "s": .seconds(number)
    case "m": .seconds(number * 60)
    case "h": .seconds(number * 3600)
    default: nil
    }
  }

  private static let mostOfUnit = 1_000_000_000
  static let durationAllowed = "a whole number up to \(mostOfUnit) and its unit, ms, s, m or h"

  static func networks(_ text: String) throws(Refusal) -> [IPNetwork] {
    var networks: [IPNetwork] = []
    for member in try list(text) {
      guard let network = IPNetwork(member) else { throw .member(member) }
      networks.append(network)
    }
    return networks
  }

  static let networksAllowed = "addresses and networks such as 10.0.0.0/8 or fd00::/8, with commas between"

  /// `/path=rule`, with commas between.
  static func access(_ text: String) throws(Refusal) -> [String: AccessRule] {
    var rules: [String: AccessRule] = [:]
    for member in try list(text) {
      guard let equals = member.lastIndex(of: "="),
        let rule = rule(String(member[member.index(after: equals)...]))
      else { throw .member(member) }
      let path = String(member[..<equals])
      guard path.utf8.first == UInt8(ascii: "/"), rules.updateValue(rule, forKey: path) == nil else {
        throw .member(member)
      }
    }
    return rules
  }

  static let accessAllowed =
    "paths and rules such as /metrics=trusted-or-credentials, each path once, with commas between; the rules are "
    + "everybody, trusted, credentials, trusted-and-credentials and trusted-or-credentials"

  static func rule(_ text: String) -> AccessRule? {
    switch text.lowercased() {
    case "everybody": .everybody
    case "trusted": .trusted
    case "credentials": .credentials
    case "trusted-and-credentials": .trusted.andCredentials
    case "trusted-or-credentials": .trusted.orCredentials
    default: nil
    }
  }

  // MARK: - Names

  /// The one of `names` that is most like another text; nil when none is like it.
  ///
  /// - Parameter limit: how many bytes may be other ones.
  static func nearest(to text: String, of names: [String], within limit: Int = 12) -> String? {
    let text = Array(text.utf8.prefix(128))
    let distances = names.map { (name: $0, distance: distance(text, Array($0.utf8))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= limit else {
      return nil
    }
    return best.name
  }

  /// How many bytes have to be put in, taken out or changed (V. Levenshtein, 1965).
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var last = Array(0...other.count)
    for (row, byte) in one.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(last.count)
      for (column, compared) in other.enumerated() {
        current.append(
          min(last[column] + (byte == compared ? 0 : 1), last[column + 1] + 1, current[column] + 1))
      }
      last = current
    }
    return last[other.count]
  }
}

// Which format does a scraper want?

import MetricInstruments

extension ExpositionFormat {
  /// Chooses a format by the value of `Accept`, or by none.
  ///
  /// The range with the highest quality that can be satisfied wins, and of equal ones the first. OpenMetrics is only
  /// sent to whoever names it. Whatever cannot be satisfied or understood is answered in text 0.0.4, which every
  /// scraper reads, rather than with an error: a scrape that fails tells nobody anything.
  ///
  /// Source: RFC 9110, 12.5.1; Prometheus, "Content negotiation".
  package static func negotiated(accept: String?) -> ExpositionFormat {
    guard let accept else { return .text }
    var best: (format: ExpositionFormat, quality: Int)?
    for part in accept.split(outsideQuotes: ",").prefix(64) {
      guard let range = MediaRange(part), range.quality > 0, let format = format(for: range) else { continue }
      if range.quality > best?.quality ?? 0 { best = (format, range.quality) }
    }
    return best?.format ?? .text
  }

  private static func format(for range: MediaRange) -> ExpositionFormat? {
    let escaping = range["escaping"].flatMap(NameEscaping.init)
    switch (range.type, range["version"]) {
    case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"):
      return ExpositionFormat(.openMetrics, escaping: escaping)
    case ("text/plain", nil), ("text/plain", "0.0.4"), ("text/*", nil), ("*/*", nil):
      return ExpositionFormat(.text, escaping: escaping)
    case ("text/plain", "1.0.0"):
      return ExpositionFormat(.text, escaping: escaping, isTextVersion1: true)
    default: return nil
    }
  }
}

/// One entry of an `Accept` header.
private struct MediaRange {
  let type: String
  /// In thousandths.
  let quality: Int
  private let parameters: [(name: String, value: String)]

  init?(_ text: Substring) {
    let parts = text.split(outsideQuotes: ";").map { $0.trimmed }
    guard let type = parts.first?.lowercased(), type.split(separator: "/").count == 2 else { return nil }
    self.type = type
    var parameters: [(name: String, value: String)] = []
    var quality = 1000
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: "=") else { continue }
      let name = part[..<equals].trimmed.lowercased()
      let value = part[part.index(after: equals)...].trimmed.unquoted
      if name == "q" {
        guard let parsed = MediaRange.quality(value) else { return nil }
        quality = parsed
      } else {
        parameters.append((name, value))
      }
    }
    self.quality = quality
    self.parameters = parameters
  }

  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// RFC 9110, 12.4.2: at most three decimals, between 0 and 1.
  private static func quality(_ text: String) -> Int? {
    let digits = Array(text.utf8)
    guard let first = digits.first, first == 48 || first == 49, digits.count <= 5 else { return nil }
    guard digits.count > 1 else { return first == 49 ? 1000 : 0 }
    guard digits[1] == UInt8(ascii: ".") else { return nil }
    var value = Int(first - 48) * 1000
    var scale = 100
    for digit in digits.dropFirst(2) {
      guard (48...57).contains(digit) else { return nil }
      value += Int(digit - 48) * scale
      scale /= 10
    }
    return value <= 1000 ? value : nil
  }
}

extension StringProtocol {
  /// Splits at a separator that does not stand inside a quoted string.
  fileprivate func split(outsideQuotes separator: Character) -> [SubSequence] {
    var isQuoted = false
    var isEscaped = false
    return split(omittingEmptySubsequences: true) { character in
      if isEscaped {
        isEscaped = false
        return false
      }
      if isQuoted, character == "\\" { isEscaped = true }
      if character == "\"" { isQuoted.toggle() }
      return !isQuoted && character == separator
    }
  }

  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }

  fileprivate var unquoted: String {
    guard count >= 2, first == "\"", last == "\"" else { return String(self) }
    var value = ""
    var isEscaped = false
    for character in dropFirst().dropLast() {
      if !isEscaped, character == "\\" {
        isEscaped = true
        continue
      }
      isEscaped = false
      value.append(character)
    }
    return value
  }
}

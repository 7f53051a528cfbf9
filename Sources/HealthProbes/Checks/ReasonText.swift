// How are reasons and durations written, so that they fit in one line of a log or a page?

/// `text` as one line of at most 256 characters. An error description can hold anything: a newline in it
/// would forge a line of the verbose text, and a megabyte would be stored with every transition.
func reasonText(_ text: String) -> String {
  var line = String.UnicodeScalarView()
  var count = 0
  for scalar in text.unicodeScalars {
    if count == 256 {
      line.append("…")
      break
    }
    let isControl =
      scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
    line.append(isControl ? " " : scalar)
    count += 1
  }
  return String(line)
}

extension Duration {
  /// `800 ms`, `1.5 s`, `2 min`: for reasons, which people read.
  var brief: String {
    let (seconds, attoseconds) = components
    if seconds == 0 { return "\(attoseconds / 1_000_000_000_000_000) ms" }
    if seconds < 10 {
      let tenths = attoseconds / 100_000_000_000_000_000
      return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
    if seconds < 120 { return "\(seconds) s" }
    if seconds < 7200 { return "\(seconds / 60) min" }
    if seconds < 172_800 { return "\(seconds / 3600) h" }
    return "\(seconds / 86_400) days"
  }
}

extension HealthResult {
  /// The same result with a reason that fits in one line.
  var tidied: HealthResult {
    switch self {
    case .pass: .pass
    case .warn(let reason): .warn(reasonText(reason))
    case .fail(let reason): .fail(reasonText(reason))
    }
  }
}

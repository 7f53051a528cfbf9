// Which colour says what, so that the colour-blind read it too?

/// What a colour stands for. The colours are those of Okabe and Ito (Color Universal Design, 2008), which the three common
/// kinds of colour blindness tell apart.
enum Meaning: String, Sendable, CaseIterable {
  case good = "#0072B2"
  case warning = "#E69F00"
  case bad = "#D55E00"
  case idle = "#999999"
  /// Of marks that say neither.
  case mark = "#CC79A7"

  var colour: String { rawValue }

  /// States, results and names of curves that mean the same on every panel. Of two on one panel the first has the colour.
  private static let names: [(Meaning, [String])] = [
    (
      .good, ["ok", "pass", "success", "delivered", "accept", "secure", "yes", "exported", "active"]
    ),
    (
      .warning,
      [
        "temporary_failure", "rate_limited", "deferred", "softfail", "starttls", "insecure", "partial",
        "warn", "retries",
      ]
    ),
    (
      .bad,
      [
        "permanent_failure", "error", "fail", "failure", "bad", "rejected", "bounced", "dropped_export",
        "JMAP errors", "no",
      ]
    ),
    (.idle, ["none", "hold", "plain", "not_sampled"]),
  ]

  /// The labels whose values are states and results.
  static let labels: Set = ["result", "outcome", "status", "tls", "state"]

  /// What the name of a curve means, and how far to the front it stands; nil for one that says nothing.
  static func named(_ name: String) -> (meaning: Meaning, rank: Int)? {
    for (meaning, names) in names {
      if let rank = names.firstIndex(of: name) { return (meaning, rank) }
    }
    return nil
  }
}

/// Colours for parts of a whole, by their place in a set that never changes.
enum Palette {
  /// Those of Okabe and Ito, with grey in place of black, which dark screens do not show.
  private static let hues: [UInt32] = [
    0x56B4E9, 0x009E73, 0xCC79A7, 0x0072B2, 0xE69F00, 0xF0E442, 0xD55E00, 0x999999,
  ]

  /// How many there are: each hue as it is, darker, lighter, and darkest.
  static let count = 4 * hues.count

  static let colours: [String] = (0..<count).map { index in
    let hue = hues[index % hues.count]
    let parts = [hue >> 16, hue >> 8 & 0xFF, hue & 0xFF].map { part in
      switch index / hues.count {
      case 0: part
      case 1: part * 11 / 20
      case 2: part + (255 - part) * 11 / 20
      default: part * 3 / 10
      }
    }
    return "#"
      + parts.map { part in
        let digits = String(part, radix: 16, uppercase: true)
        return part < 16 ? "0" + digits : digits
      }.joined()
  }
}

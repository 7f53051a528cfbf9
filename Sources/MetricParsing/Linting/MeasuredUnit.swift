// Which words of a name are units, and which units have a better one?

/// Source: Prometheus, "Metric and label naming": base units; client_golang, `promlint`.
enum MeasuredUnit {
  /// The base unit of a word that is another unit; nil for base units and for what is no unit.
  static func base(of word: some Collection<UInt8>) -> String? {
    // The longest that there are have fewer letters.
    guard 4...24 ~= word.count else { return nil }
    let word = String(decoding: word, as: UTF8.self)
    if let base = bases[word] { return base == word ? nil : base }
    for prefix in prefixes where word.hasPrefix(prefix) {
      if let base = bases[String(word.dropFirst(prefix.count))] { return base }
    }
    return nil
  }

  private static let bases: [String: String] = {
    var bases = [
      "minutes": "seconds", "hours": "seconds", "days": "seconds", "weeks": "seconds", "kelvins": "kelvin",
      "fahrenheit": "celsius", "rankine": "celsius", "inches": "meters", "yards": "meters", "miles": "meters",
      "bits": "bytes", "calories": "joules", "pounds": "grams", "ounces": "grams",
      // Not of `promlint`, but of the page on naming.
      "percent": "ratio", "percents": "ratio", "percentage": "ratio",
    ]
    for base in [
      "amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts",
    ] {
      bases[base] = base
    }
    return bases
  }()

  private static let prefixes = [
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi",
    "mebi", "giga", "gibi", "tera", "tebi", "peta", "pebi",
  ]

  static let abbreviations: Set<[UInt8]> = Set(
    ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"].map { Array($0.utf8) })
}

// Which curve of a panel has which colour?

/// The values that labels have from the start, by family; each a series' labels.
typealias ClosedValues = [String: [[String: String]]]

extension Panel {
  /// A colour for each curve whose name is known beforehand, no colour twice. States, results and curves with a name of
  /// their own have the colour of what they mean; others the one of their place. Nothing for more than there are colours.
  func colours(_ values: ClosedValues) -> [(name: String, colour: String)] {
    var curves: [(name: String, place: Int, rank: (meaning: Meaning, rank: Int)?)] = []
    for query in queries {
      for (place, name) in (query.names(values) ?? []).enumerated()
      where !curves.contains(where: { $0.name == name }) {
        curves.append((name, place, query.hasMeaning ? Meaning.named(name) : nil))
      }
    }
    guard curves.count <= Palette.count else { return [] }
    var chosen: [String: String] = [:]
    var used: Set<String> = []
    let meant = curves.filter { $0.rank != nil }.sorted { $0.rank?.rank ?? 0 < $1.rank?.rank ?? 0 }
    for curve in meant {
      guard let colour = curve.rank?.meaning.colour, used.insert(colour).inserted else { continue }
      chosen[curve.name] = colour
    }
    for curve in curves where chosen[curve.name] == nil {
      let own = Palette.colours[curve.place]
      let colour = used.contains(own) ? Palette.colours.first { !used.contains($0) } ?? own : own
      used.insert(colour)
      chosen[curve.name] = colour
    }
    return curves.map { ($0.name, chosen[$0.name] ?? "") }
  }
}

extension Query {
  /// The labels that its legend names.
  var legendLabels: [String] {
    legend.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.firstIndex(of: "}").map { String(part[..<$0]) }
    }
  }

  /// Whether the name of a curve alone says whether it is good: a word of its own, or one state or result.
  fileprivate var hasMeaning: Bool {
    let labels = legendLabels
    return labels.isEmpty
      || labels.count == 1 && legend == "{{\(labels[0])}}" && Meaning.labels.contains(labels[0])
  }

  /// The names of its curves, in a fixed order; nil when a label's values are not known beforehand.
  func names(_ values: ClosedValues) -> [String]? {
    let labels = legendLabels
    guard !labels.isEmpty else { return [legend] }
    var names: [String] = []
    for part in expression.alternatives {
      guard let family = part.families.first, let rows = values[family] else { return nil }
      for row in rows {
        let row = row.merging(part.constants) { $1 }
        guard labels.allSatisfy({ row[$0] != nil }) else { return nil }
        let name = labels.reduce(legend) { $0.replacing("{{\($1)}}", with: row[$1] ?? "") }
        if !names.contains(name) { names.append(name) }
      }
    }
    return names
  }
}

extension Expression {
  /// What stands on both sides of each `or`.
  var alternatives: [Expression] { text.components(" or ").map { Expression($0) } }

  /// The labels that `label_replace` gives a fixed value, as `results` writes it.
  fileprivate var constants: [String: String] {
    let parts = text.components("\"")
    guard text.hasPrefix("label_replace("), text.hasSuffix(#", "", "")"#), parts.count >= 9 else {
      return [:]
    }
    // …, "label", "value", "", "")
    let end = Array(parts.suffix(9))
    return [end[1]: end[3]]
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    var result: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      result.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return result + [String(rest)]
  }
}

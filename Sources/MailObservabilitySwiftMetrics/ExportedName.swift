// Which names do labels and dimensions of swift-metrics have in a scrape?

#if SwiftMetrics
  import MetricExposition
  import MetricInstruments

  /// What a library asks for.
  enum InstrumentKind: Sendable {
    case counter
    case gauge
    case recorder
    case timer
  }

  /// Names that every scraper takes, made of any text.
  enum ExportedName {
    /// Longer names, in bytes, are cut, and told apart by a hash of the whole.
    static let longest = 200
    /// Endings of timers that name another unit than seconds.
    private static let otherUnits = ["_nanoseconds", "_microseconds", "_milliseconds", "_millis", "_ms"]

    /// The name of a metric, without a namespace.
    static func metric(_ label: String, _ kind: InstrumentKind) -> String {
      var name = legal(label)
      // It belongs to counters.
      while name.utf8.count > "_total".utf8.count, name.hasSuffix("_total") {
        name.removeLast("_total".count)
      }
      switch kind {
      case .counter: return name + "_total"
      case .gauge, .recorder: return name
      case .timer:
        if let unit = otherUnits.first(where: name.hasSuffix), unit.utf8.count < name.utf8.count {
          name.removeLast(unit.count)
        }
        return name.hasSuffix("_seconds") ? name : name + "_seconds"
      }
    }

    /// The names and values of labels.
    ///
    /// - Parameter constants: the names that every series has already.
    static func labels(
      _ dimensions: [(String, String)], beside constants: [String]
    ) -> [(String, String)] {
      var labels: [Label] = []
      labels.reserveCapacity(dimensions.count)
      // Where the names are, once they are too many to be looked through each time.
      var positions: [LabelText: Int] = [:]
      for (source, value) in dimensions {
        let name = label(source, beside: constants)
        let position =
          labels.count <= few
          ? labels.firstIndex { LabelText($0.name) == LabelText(name) } : positions[LabelText(name)]
        if let position {
          labels[position].add(value, of: source)
          continue
        }
        labels.append(Label(name: name, source: source, own: value))
        if labels.count > few {
          if positions.isEmpty {
            for (index, label) in labels.enumerated() { positions[LabelText(label.name)] = index }
          }
          positions[LabelText(name)] = labels.count - 1
        }
      }
      return labels.map { ($0.name, $0.value) }
    }

    private static let few = 16

    /// A label, and the dimensions that have become one name.
    private struct Label {
      let name: String
      /// The first dimension of the name.
      let source: String
      /// Its last value.
      var own: String
      /// The last values of others.
      var others: [LabelText: String] = [:]

      mutating func add(_ value: String, of source: String) {
        let other = LabelText(source)
        if other == LabelText(self.source) { own = value } else { others[other] = value }
      }

      /// In the order of the dimensions' names, so that the order in which they are given makes no second series.
      /// Source: OpenTelemetry, "Prometheus and OpenMetrics Compatibility", on attributes of one name.
      var value: String {
        guard !others.isEmpty else { return own }
        var all = others
        all[LabelText(source)] = own
        return all.sorted { $0.key < $1.key }.map { $0.value }.joined(separator: ";")
      }
    }

    private static func label(_ dimension: String, beside constants: [String]) -> String {
      let name = legal(dimension)
      let isReserved =
        name.hasPrefix("__") || name == "le" || name == "quantile"
        || constants.contains { LabelText($0) == LabelText(name) }
      return isReserved ? "exported_" + name : name
    }

    /// What tells a label from others, short however long it is.
    static func key(_ label: String) -> LabelText {
      LabelText(label.utf8.count <= longest ? label : legal(label))
    }

    /// A text with an underscore in place of what a name may not have.
    private static func legal(_ text: String) -> String {
      if text.utf8.count <= longest, LabelName.isLegacy(text) { return text }
      guard !text.isEmpty else { return "unnamed" }
      var name = ""
      // A text that is not long may be written as one that is.
      var isCut = text.utf8.count > longest
      for scalar in text.unicodeScalars {
        guard name.utf8.count < longest else {
          isCut = true
          break
        }
        switch scalar {
        case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
        case "0"..."9":
          if name.isEmpty { name = "_" }
          name.unicodeScalars.append(scalar)
        case "\0"..."\u{7F}": name += "_"
        // Else all words of an alphabet would be the same row of underscores.
        default: name += "_" + String(scalar.value, radix: 16) + "_"
        }
      }
      return isCut ? name + "_" + String(hash(text), radix: 16) : name
    }

    /// FNV-1a, which is the same in every process. Source: draft-eastlake-fnv.
    private static func hash(_ text: String) -> UInt64 {
      text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
  }
#endif

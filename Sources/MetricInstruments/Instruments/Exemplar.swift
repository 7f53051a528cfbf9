// What does an exemplar say of one observation?

/// An observation with labels that lead to its trace.
///
/// Source: OpenMetrics 1.0.0, "Exemplars": the names and values of the labels may have 128 code points together.
public struct Exemplar: Sendable, Hashable {
  /// The labels, in order.
  package let labels: [Label]
  /// The observed value.
  package let value: Double
  /// When it was observed, in seconds since 1970.
  package let timestamp: Double

  /// A name and a value.
  public struct Label: Sendable, Hashable {
    /// A legal label name, such as `trace_id`.
    public let name: String
    /// Any text.
    public let value: String

    /// A label of an exemplar.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The labels of an exemplar, as a dictionary literal or from an array: `["trace_id": id]`.
  public struct Labels: Sendable, Hashable, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    /// The labels, in order.
    public var labels: [Label]

    /// The given labels.
    public init(_ labels: [Label]) { self.labels = labels }

    /// Names and values.
    public init(dictionaryLiteral pairs: (String, String)...) {
      labels = pairs.map { Label($0.0, $0.1) }
    }

    /// Labels.
    public init(arrayLiteral labels: Label...) { self.labels = labels }

    /// Whether a scraper takes them: legal names, none of them twice, no NUL, and not more than 128 code points.
    var isAcceptable: Bool {
      var length = 0
      for (index, label) in labels.enumerated() {
        // Each code point has a byte at least.
        length += label.name.utf8.count + label.value.utf8.count
        guard LabelName.isLegacy(label.name), !label.value.hasNUL,
          !labels[..<index].contains(where: { $0.name == label.name })
        else { return false }
      }
      return length <= 128 || codePoints <= 128
    }

    private var codePoints: Int {
      labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
    }
  }
}

extension String {
  fileprivate var hasNUL: Bool {
    utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0)
  }
}

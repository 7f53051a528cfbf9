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
        length += label.name.unicodeScalars.count + label.value.unicodeScalars.count
        guard length <= 128, LabelName.isLegacy(label.name), !label.value.utf8.contains(0),
          !labels[..<index].contains(where: { $0.name == label.name })
        else { return false }
      }
      return true
    }
  }
}

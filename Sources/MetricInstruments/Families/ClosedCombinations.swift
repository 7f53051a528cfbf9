// Which series does a family over closed labels have?

/// The combinations of the values of closed labels, as many as a family may have.
struct ClosedCombinations {
  /// The names and types of the labels.
  let labels: [(name: String, type: any ClosedLabel.Type)]
  /// The values of each label.
  let values: [[String]]

  /// As many as can be scraped; they are all made when the family is registered, and stay.
  static let maximum = 10_000

  init(
    _ labels: [(name: String, type: any ClosedLabel.Type)], for metric: String
  ) throws(RegistrationError) {
    var values: [[String]] = []
    var count = 1
    for label in labels {
      let own = try label.type.closedLabelValues(for: metric)
      let (product, overflow) = count.multipliedReportingOverflow(by: own.count)
      guard !overflow, product <= ClosedCombinations.maximum else {
        throw RegistrationError(
          .invalidLabels, of: metric,
          "the values of \(labels.map(\.name)) have more than \(ClosedCombinations.maximum) combinations")
      }
      count = product
      values.append(own)
    }
    self.labels = labels
    self.values = values
  }

  var names: [String] { labels.map(\.name) }

  /// What tells the types of the labels from others, whatever they are called.
  var types: [ClosedType] { labels.map { ClosedType($0.type) } }

  /// The values of each series, those of the last label changing first.
  var all: [[String]] {
    values.reduce([[]]) { combinations, values in
      combinations.flatMap { combination in values.map { combination + [$0] } }
    }
  }
}

// How is a query written, whatever the namespace of the host is?

/// PromQL whose names of the catalogue stand in angle brackets, `<smtp_connections_total>`, until a namespace is known.
struct Expression: Equatable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  /// What every selector has: the job and the instances that are chosen on the board.
  static let selection = #"job=~"$job",instance=~"$instance""#

  /// The names of the catalogue in it, without a namespace.
  var families: [String] {
    text.split(separator: "<", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      guard let end = part.firstIndex(of: ">"), !part[..<end].contains(" ") else { return nil }
      return String(part[..<end])
    }
  }

  /// The query with its names behind the prefix.
  func text(prefix: String) -> String {
    families.reduce(text) { text, family in
      text.replacing("<\(family)>", with: prefix + family)
    }
  }
}

// MARK: - Selectors

extension Expression {
  /// - Parameters:
  ///   - name: of the catalogue.
  ///   - suffix: of the samples of a histogram.
  ///   - matchers: further ones.
  static func series(_ name: String, suffix: String = "", _ matchers: String = "") -> Expression {
    selector("<\(name)>\(suffix)", matchers)
  }

  /// A name that has no namespace, in any process: `up`, `process_…`.
  static func common(_ name: String, _ matchers: String = "") -> Expression { selector(name, matchers) }

  private static func selector(_ name: String, _ matchers: String) -> Expression {
    Expression("\(name){\(selection)\(matchers.isEmpty ? "" : "," + matchers)}")
  }

  /// A second, of a counter.
  static func rate(_ name: String, suffix: String = "", _ matchers: String = "") -> Expression {
    series(name, suffix: suffix, matchers).over("rate")
  }

  func over(_ function: String) -> Expression { Expression("\(function)(\(text)[$__rate_interval])") }
}

// MARK: - Aggregations

extension Expression {
  func sum(by labels: String = "") -> Expression { aggregated("sum", labels) }

  func max(by labels: String = "") -> Expression { aggregated("max", labels) }

  func min(by labels: String = "") -> Expression { aggregated("min", labels) }

  func count(by labels: String = "") -> Expression { aggregated("count", labels) }

  func top(_ number: Int) -> Expression { Expression("topk(\(number), \(text))") }

  private func aggregated(_ operation: String, _ labels: String) -> Expression {
    Expression("\(operation)\(labels.isEmpty ? "" : " by (\(labels)) ")(\(text))")
  }

  /// Without what is nothing at a moment.
  var positive: Expression { Expression("\(text) > 0") }

  /// The share of this in another, both with the same labels; none of nothing.
  func share(of whole: Expression) -> Expression { Expression("\(text) / (\(whole.text) > 0)") }
}

// MARK: - Histograms

extension Expression {
  /// None where nothing was observed: what Prometheus answers there is no number.
  ///
  /// - Parameter labels: a curve each.
  static func quantile(
    _ quantile: String, of histogram: String, by labels: String = "", _ matchers: String = ""
  ) -> Expression {
    let buckets = rate(histogram, suffix: "_bucket", matchers).sum(
      by: labels.isEmpty ? "le" : "le, \(labels)")
    return Expression("histogram_quantile(\(quantile), \(buckets.text)) >= 0")
  }

  /// The mean of what was observed: it does not depend on where the buckets end.
  static func mean(of histogram: String, by labels: String = "", _ matchers: String = "") -> Expression {
    rate(histogram, suffix: "_sum", matchers).sum(by: labels)
      .share(of: rate(histogram, suffix: "_count", matchers).sum(by: labels))
  }

  /// How many observations each bucket got in an interval, for a heat map.
  static func buckets(of histogram: String, _ matchers: String = "") -> Expression {
    series(histogram, suffix: "_bucket", matchers).over("increase").sum(by: "le")
  }
}

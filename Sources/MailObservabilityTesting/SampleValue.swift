// What is the value of one series, or why can that not be said?

public import MailObservability
public import MetricInstruments
import MetricParsing

extension MetricsCollector {
  /// The value of one sample, by its exported name and those of its labels that tell it from others.
  ///
  /// ```swift
  /// let rejected = "mx_smtp_messages_rejected_total"
  /// #expect(try await metrics.value(of: rejected, labels: ["reason": "unknown_recipient"]) == 1)
  /// ```
  ///
  /// As `value(of:labels:)` of a registry.
  ///
  /// - Throws: ``MetricsTestError`` that says which series there are when none, or more than one, is meant.
  public func value(
    of name: String, labels: KeyValuePairs<String, String> = [:], file: String = #fileID, line: Int = #line
  ) async throws(MetricsTestError) -> Double {
    try await registry.value(of: name, labels: labels, file: file, line: line)
  }
}

extension Registry {
  /// The value of one sample, by its exported name and those of its labels that tell it from others.
  ///
  /// A histogram has samples with the ends `_count`, `_sum` and `_bucket`, the last of which takes its bound
  /// as `le`, in any spelling. Labels may be left out as long as one series only has those that are given; a
  /// series that has these and no others goes before those that have more. ``value(_:_:)`` gives nil for a
  /// series that there is not. May be called from any thread.
  ///
  /// - Parameters:
  ///   - name: the name, as Prometheus text shows it.
  ///   - labels: names and values, in any order.
  ///   - file: where the call is.
  ///   - line: where the call is.
  /// - Throws: ``MetricsTestError`` that says which series there are when none, or more than one, is meant.
  public func value(
    of name: String, labels: KeyValuePairs<String, String> = [:], file: String = #fileID, line: Int = #line
  ) async throws(MetricsTestError) -> Double {
    let place = CallPlace(file: file, line: line)
    let families = try await exposition(.text, at: place).families
    let named = families.flatMap(\.samples).filter { $0.name.utf8.elementsEqual(name.utf8) }
    let matching = named.filter { sample in labels.allSatisfy { sample.has($0.key, $0.value) } }
    let exact = matching.filter { $0.labels.count == labels.count }
    if let sample = exact.count == 1 ? exact.first : matching.count == 1 ? matching.first : nil {
      return sample.value
    }
    let given = labels.map { "\(SeriesKey.escaped($0.key))=\"\(SeriesKey.escaped($0.value))\"" }
    let shown = SeriesKey.escaped(name)
    let wanted = "\(shown){\(given.joined(separator: ","))}"
    guard matching.isEmpty else {
      throw MetricsTestError(
        .ambiguous, at: place, "\(wanted) is more than one series:\n\(SampleList(matching))")
    }
    guard named.isEmpty else {
      throw MetricsTestError(.absent, at: place, "there is no \(wanted), but\n\(SampleList(named))")
    }
    let parts = families.first { $0.name.utf8.elementsEqual(name.utf8) }?.samples ?? []
    guard parts.isEmpty else {
      throw MetricsTestError(.absent, at: place, "\(shown) has the samples\n\(SampleList(parts))")
    }
    let similar = families.flatMap(\.samples).filter { $0.name.hasSuffix("_" + name) }
    let hint = similar.isEmpty ? "" : "; is one of these meant?\n\(SampleList(similar))"
    throw MetricsTestError(.absent, at: place, "nothing is called \(shown)" + hint)
  }
}

extension ParsedExposition.Sample {
  fileprivate func has(_ name: String, _ value: String) -> Bool {
    guard let own = label(name) else { return false }
    if own.utf8.elementsEqual(value.utf8) { return true }
    guard name == "le" || name == "quantile", let number = Double(own) else { return false }
    return number == Double(value)
  }
}

/// Some samples, a line each.
private struct SampleList: CustomStringConvertible {
  private static let most = 20
  let description: String

  init(_ samples: [ParsedExposition.Sample]) {
    var lines = samples.prefix(SampleList.most).map { "  \(SeriesKey($0)) \(SeriesKey.shown($0.value))" }
    if samples.count > lines.count { lines.append("  … and \(samples.count - lines.count) more") }
    description = lines.joined(separator: "\n")
  }
}

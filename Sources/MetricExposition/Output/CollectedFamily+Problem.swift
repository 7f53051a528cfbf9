// Can what a collector returned be shown?

package import MetricInstruments

extension CollectedFamily {
  /// Why the family cannot be exported, or nil. A family is exported whole or not at all.
  package func problem(allowingUTF8: Bool) -> String? {
    do throws(RegistrationError) {
      try descriptor.validated(allowingUTF8: allowingUTF8)
    } catch {
      return error.message
    }
    var seen: Set<[CollectedSample.Label]> = []
    for sample in samples {
      let names = sample.labels.map(\.name)
      guard Set(names).count == names.count else { return "a label comes twice in \(names)" }
      if let problem = LabelName.problemWhenEscaped(names) { return problem }
      for name in names where !isUsable(label: name, allowingUTF8: allowingUTF8) {
        return "the label name \"\(name)\" cannot be used"
      }
      if sample.labels.contains(where: { $0.value.utf8.count > LabelValue.maximumLength }) {
        return "a label value has more than \(LabelValue.maximumLength) bytes"
      }
      let shown = sample.labels.map { CollectedSample.Label($0.name, LabelValue.withoutNUL($0.value)) }
      guard seen.insert(shown.sorted { $0.name < $1.name }).inserted else {
        return "two samples have the same labels"
      }
      if let problem = problem(of: sample) { return problem }
    }
    return nil
  }

  private func isUsable(label: String, allowingUTF8: Bool) -> Bool {
    (allowingUTF8 ? !label.isEmpty && !label.utf8.contains(0) : LabelName.isLegacy(label))
      && !label.hasPrefix("__") && label != "quantile" && label != LabelName.reservedForJSON
      && !(type == .histogram && label == "le")
  }

  private func problem(of sample: CollectedSample) -> String? {
    if let timestamp = sample.timestamp, !timestamp.isFinite { return "a timestamp is not finite" }
    switch type {
    case .counter:
      guard sample.value.isFinite, sample.value >= 0 else { return "a counter cannot be \(sample.value)" }
    case .histogram:
      guard let histogram = sample.histogram else { return "a sample of a histogram has no buckets" }
      guard histogram.bounds == samples.first?.histogram?.bounds else {
        return "the buckets differ between samples"
      }
      guard histogram.counts.count == histogram.bounds.count + 1 else {
        return "a histogram needs one count more than it has bounds"
      }
      guard sample.value.isFinite, sample.value >= 0 else { return "a sum cannot be \(sample.value)" }
    case .info, .stateset:
      guard sample.value == 0 || sample.value == 1 else { return "its values are 0 or 1" }
    case .gauge, .unknown: break
    }
    return nil
  }
}

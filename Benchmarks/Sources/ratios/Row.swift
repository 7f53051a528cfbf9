// What does a line of the table hold?

/// How `ours` and `baseline` are to be read.
enum Unit: String {
  case nanoseconds = "ns"
  case microseconds = "us"
  case count = ""
  case bytes = "B"
  case mebibytes = "MiB"

  func text(_ value: Double) -> String {
    let scaled = self == .microseconds ? value / 1000 : value
    return decimal(scaled, digits: scaled >= 1000 ? 0 : scaled >= 100 ? 1 : 2) + (rawValue.isEmpty ? "" : " ")
      + rawValue
  }
}

/// What a row came to.
enum Outcome {
  case compared(ours: Double, baseline: Double, Unit, note: String?)
  /// What there is to compare with is not here: how to get it.
  case absent(String)
  /// What was to be measured does not exist yet.
  case pending(String)

  static func compared(_ comparison: Comparison, _ unit: Unit = .nanoseconds) -> Outcome {
    .compared(
      ours: comparison.ours, baseline: comparison.baseline, unit,
      note: comparison.isSteady
        ? nil
        : "unsteady: the slices spread by \(percent(comparison.spread)), "
          + "with a processor for \(percent(comparison.presence)) of the time")
  }

  /// A quantity that has a target of its own: the ratio is to one unit of it.
  static func quantity(_ value: Double, _ unit: Unit, note: String? = nil) -> Outcome {
    .compared(ours: value, baseline: 1, unit, note: note)
  }
}

/// What is measured, and what it should come to.
struct Row {
  let name: String
  /// The highest ratio that is good enough; nil for what is only reported.
  let target: Double?
  /// Whether the ratio has to be the target, not at most the target.
  var isExact = false
  let measure: @MainActor () throws -> Outcome

  init(
    _ name: String, _ target: Double?, exactly isExact: Bool = false,
    _ measure: @escaping @MainActor () throws -> Outcome
  ) {
    self.name = name
    self.target = target
    self.isExact = isExact
    self.measure = measure
  }
}

/// A row with its outcome.
struct MeasuredRow {
  let row: Row
  let outcome: Outcome

  var ratio: Double? {
    guard case .compared(let ours, let baseline, _, _) = outcome, baseline > 0 else { return nil }
    return ours / baseline
  }

  /// Nil when nothing was compared, or there is no target.
  var isMet: Bool? {
    guard let ratio, let target = row.target else { return nil }
    return row.isExact ? abs(ratio - target) < 0.01 : ratio <= target
  }

  var isAbsent: Bool {
    if case .absent = outcome { true } else { false }
  }

  var note: String? {
    switch outcome {
    case .compared(_, _, _, let note): note
    case .absent(let reason), .pending(let reason): reason
    }
  }
}

func percent(_ part: Double) -> String { decimal(part * 100, digits: 0) + " %" }

/// A number with a fixed number of decimals.
func decimal(_ value: Double, digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((abs(value) * scale).rounded())
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard digits > 0 else { return sign + String(scaled) }
  let text = String(repeating: "0", count: max(0, digits + 1 - String(scaled).count)) + String(scaled)
  return sign + text.dropLast(digits) + "." + text.suffix(digits)
}

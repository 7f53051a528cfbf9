// What do all instruments of one registry share?

/// What all instruments of one registry share: where refusals are counted, and which clock timers read.
final class InstrumentContext: Sendable {
  let clock: MonotonicClock
  let constantLabels: ConstantLabels
  let rejected: ClosedFamily<Counter, RejectionReason>
  let exemplarSource = ExemplarSource()

  init(clock: MonotonicClock, constantLabels: ConstantLabels = .none) {
    self.clock = clock
    self.constantLabels = constantLabels
    // The counters of refusals have nobody to report their own refusals to, and need none: they only
    // ever take the amount 1.
    rejected = ClosedFamily(
      children: RejectionReason.allCases.map { reason in
        Counter(
          context: nil,
          labels: SeriesLabels(
            names: ["reason"], values: [reason.labelValue], constants: constantLabels))
      })
  }

  /// The labels of a series that there is from the start.
  func labels(_ names: [String] = [], _ values: [String] = []) -> SeriesLabels {
    SeriesLabels(names: names, values: values, constants: constantLabels)
  }

  func reject(_ reason: RejectionReason) {
    rejected[reason].increment()
  }
}

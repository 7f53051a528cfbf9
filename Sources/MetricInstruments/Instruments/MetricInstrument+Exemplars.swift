// When is an exemplar of a recording kept?

import ObservabilityPlatform

extension MetricInstrument {
  /// A question and not the source itself, so that asking retains nothing.
  @inline(__always)
  final var hasExemplarSource: Bool { context?.exemplarSource.isSet == true }

  /// Keeps an exemplar of something that was recorded, if its labels can be used.
  @inline(never)
  final func keep(
    _ labels: Exemplar.Labels, value: Double, in slot: borrowing ExemplarSlot, at index: Int, of count: Int
  ) {
    guard labels.isAcceptable else { return reject(.invalidLabel) }
    slot.store(
      Exemplar(labels: labels.labels, value: value, timestamp: WallClock.seconds), at: index, of: count)
  }
}

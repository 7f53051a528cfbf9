// When is an exemplar of a recording kept?

import ObservabilityPlatform

extension MetricInstrument {
  /// Whether a source is to be asked for the exemplar at a position. A question and not the source itself, so
  /// that asking retains nothing.
  @inline(__always)
  final func isExemplarDue(in slot: borrowing ExemplarSlot, at index: Int, of count: Int) -> Bool {
    guard context?.exemplarSource.isSet == true, let tick = context?.exemplarSource.tick else { return false }
    return tick == 0 || slot.isDue(at: index, of: count, in: tick)
  }

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

// What is an instrument to the family that holds it and the encoder that reads it?

import ObservabilityPlatform

/// One series: a ``Counter``, a ``Gauge`` or a ``Histogram``.
///
/// It cannot be subclassed outside of the library; it is public so that families can be written as
/// `ClosedFamily<Counter, SMTPCommand>`.
public class MetricInstrument: @unchecked Sendable {
  // A class and not a protocol, so that an index finds the labels behind an address without a dynamic cast.
  package final let labels: SeriesLabels
  final let context: InstrumentContext?
  /// When the series came to be, in seconds since 1970.
  package final let created: Double

  init(context: InstrumentContext?, labels: SeriesLabels) {
    self.context = context
    self.labels = labels
    created = MetricInstrument.now
  }

  /// The time, in seconds since 1970, to the millisecond: nobody needs more, and fewer digits are written faster.
  static var now: Double { (WallClock.seconds * 1000).rounded() / 1000 }

  deinit { labels.deallocate() }

  /// From now on recordings are refused and counted. Atomic: an amount is either in the last value or counted.
  func markRemoved() {}

  var isRemoved: Bool { false }

  /// Changes whenever something was recorded; equal values mean that probably nothing was.
  var fingerprint: UInt64 { 0 }

  /// Whether something was recorded, or is held now, since `last` was written by this method. One thread at a time asks.
  func wasUsed(since last: inout UInt64) -> Bool {
    let current = fingerprint
    defer { last = current }
    return current != last
  }

  @inline(never)
  final func reject(_ reason: RejectionReason) { context?.reject(reason) }
}

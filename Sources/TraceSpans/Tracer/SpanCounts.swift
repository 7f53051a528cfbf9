// How many spans were there, and what became of them?

import CObservabilityShims
import Synchronization

/// Keeps the reference counts of two objects of a kind on cache lines of their own.
struct StripePadding {
  private let words = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

/// What has become of the spans of a tracer. Each span is counted once:
/// `started = notSampled + unexported + queued + dropped + endedAfterStop + abandoned + active`.
public struct SpanStatistics: Sendable, Hashable {
  /// Spans that were started.
  public var started: UInt64 { sampled + notSampled }
  /// Spans of which only the context is carried on.
  public internal(set) var notSampled: UInt64 = 0
  /// Spans that are recorded.
  public internal(set) var sampled: UInt64 = 0
  /// Recorded spans that have ended where there is no exporter.
  public internal(set) var unexported: UInt64 = 0
  /// Recorded spans that have ended and were handed to the exporter's queue. What becomes of them there is
  /// for the exporter to count.
  public internal(set) var queued: UInt64 = 0
  /// Recorded spans that have ended and found the exporter's queue full.
  public internal(set) var dropped: UInt64 = 0
  /// Recorded spans that have ended when the tracer was stopped, and its exporter's queue closed.
  public internal(set) var endedAfterStop: UInt64 = 0
  /// Recorded spans that nobody can end any more: their last copy is gone.
  public internal(set) var abandoned: UInt64 = 0
  /// What was done to spans after their end, second ends included.
  public internal(set) var changesAfterEnd: UInt64 = 0

  /// Recorded spans that have ended.
  public var ended: UInt64 { unexported + queued + dropped + endedAfterStop }
  /// Recorded spans that have neither ended nor been abandoned. A little off while spans start and end at
  /// once.
  public var active: UInt64 { sampled - min(ended + abandoned, sampled) }

  /// Nothing so far.
  init() {}
}

/// The counts behind ``SpanStatistics``, in cells that threads do not share, or one word would cost more than
/// the rest of a span.
final class SpanCounts: @unchecked Sendable {
  enum Event: Int, CaseIterable {
    case notSampled, sampled, unexported, queued, dropped, endedAfterStop, abandoned, changeAfterEnd
  }

  // Two cache lines: processors fetch neighbouring lines in pairs.
  private static let stride = 128
  private static let stripes = Int(mailobs_stripe_count())
  private let pointer: UnsafeMutableRawPointer

  init() {
    pointer = .allocate(byteCount: SpanCounts.stripes * SpanCounts.stride, alignment: SpanCounts.stride)
    for stripe in 0..<SpanCounts.stripes {
      for event in Event.allCases { cell(stripe, event).initialize(to: Atomic(0)) }
    }
  }

  deinit { pointer.deallocate() }

  @inline(__always)
  private func cell(_ stripe: Int, _ event: Event) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (pointer + (stripe &* SpanCounts.stride &+ event.rawValue &* 8)).assumingMemoryBound(
      to: Atomic<UInt64>.self)
  }

  @inline(__always)
  func add(_ event: Event) {
    cell(Int(mailobs_thread_stripe()), event).pointee.wrappingAdd(1, ordering: .relaxed)
  }

  /// A reference to the counts for the spans of one stripe: the references of all spans to one object would be
  /// one more word that threads share.
  final class Share: Sendable {
    let counts: SpanCounts
    private let padding = StripePadding()

    init(_ counts: SpanCounts) { self.counts = counts }
  }

  private func sum(_ event: Event) -> UInt64 {
    (0..<SpanCounts.stripes).reduce(0) { $0 &+ cell($1, event).pointee.load(ordering: .relaxed) }
  }

  var statistics: SpanStatistics {
    var result = SpanStatistics()
    // In this order, so that nothing has ended that was not started.
    result.changesAfterEnd = sum(.changeAfterEnd)
    result.queued = sum(.queued)
    result.dropped = sum(.dropped)
    result.unexported = sum(.unexported)
    result.endedAfterStop = sum(.endedAfterStop)
    result.abandoned = sum(.abandoned)
    result.sampled = sum(.sampled)
    result.notSampled = sum(.notSampled)
    return result
  }
}

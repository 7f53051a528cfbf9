// How is the loop doing?

import ObservabilityPlatform
import Synchronization

/// What a loop has done since it started. Nanoseconds where nothing else is said.
package struct LoopStatistics: Sendable, Equatable {
  /// How often the loop has waited for something to do.
  package var iterations: UInt64
  /// Jobs and actions run.
  package var jobs: UInt64
  /// Time spent on work, not waiting.
  package var busyNanoseconds: UInt64
  /// The longest time in which the loop did not look at its descriptors.
  package var longestBusyNanoseconds: UInt64
  /// How much later than due the loop woke up, at worst: the thread had no processor, or the process
  /// was stopped.
  package var longestLatenessNanoseconds: UInt64
  /// The sum of that lateness where it exceeded 100 ms: time in which the loop was not allowed to run.
  package var stalledNanoseconds: UInt64
  /// Waits that the system refused.
  package var pollFailures: UInt64
}

/// Written by the loop's thread only, read by any.
final class LoopCounters: Sendable {
  private static let stallThreshold: Int64 = 100_000_000

  private let iterations = Atomic<UInt64>(0)
  private let jobs = Atomic<UInt64>(0)
  private let busy = Atomic<UInt64>(0)
  private let longestBusy = Atomic<UInt64>(0)
  private let longestLateness = Atomic<UInt64>(0)
  private let stalled = Atomic<UInt64>(0)
  private let pollFailures = Atomic<UInt64>(0)

  var snapshot: LoopStatistics {
    LoopStatistics(
      iterations: iterations.load(ordering: .relaxed),
      jobs: jobs.load(ordering: .relaxed),
      busyNanoseconds: busy.load(ordering: .relaxed),
      longestBusyNanoseconds: longestBusy.load(ordering: .relaxed),
      longestLatenessNanoseconds: longestLateness.load(ordering: .relaxed),
      stalledNanoseconds: stalled.load(ordering: .relaxed),
      pollFailures: pollFailures.load(ordering: .relaxed))
  }

  func finishedIteration(busySince start: Int64, until end: Int64) {
    let length = UInt64(clamping: end.clampedAdding(0 - start))
    Self.add(1, to: iterations)
    Self.add(length, to: busy)
    Self.raise(longestBusy, to: length)
  }

  func woke(at time: Int64, due: Int64?, ready: Int, failed: Bool) {
    if failed { Self.add(1, to: pollFailures) }
    guard ready == 0, let due, due < time else { return }
    let late = time.clampedAdding(0 - due)
    Self.raise(longestLateness, to: UInt64(clamping: late))
    if late >= Self.stallThreshold { Self.add(UInt64(clamping: late), to: stalled) }
  }

  func ran(_ count: Int) { Self.add(UInt64(clamping: count), to: jobs) }

  // One writer: a load and a store do what a locked addition would, for less.
  private static func add(_ amount: UInt64, to cell: borrowing Atomic<UInt64>) {
    cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }

  private static func raise(_ cell: borrowing Atomic<UInt64>, to value: UInt64) {
    if value > cell.load(ordering: .relaxed) { cell.store(value, ordering: .relaxed) }
  }
}

extension EventLoop {
  /// What the loop has done so far. The values are read one by one and need not fit together exactly.
  package var statistics: LoopStatistics { counters.snapshot }
}

// How is the loop doing: how long does it keep from looking at its descriptors, and what waits for it?

import ObservabilityPlatform
import CObservabilityShims
import Synchronization

/// What a loop has done since it started. The values are read one by one and need not fit together exactly.
package struct LoopStatistics: Sendable, Equatable {
  /// How often the loop has looked at its descriptors.
  package var wakeUps: UInt64 = 0
  /// Nanoseconds on the clock that the loop has spent on work, not waiting.
  package var busyNanoseconds: UInt64 = 0
  /// The most processor time, in nanoseconds, between two looks at the descriptors.
  package var longestSliceNanoseconds: UInt64 = 0
  /// Jobs, and turns given up, that waited when the loop last looked.
  package var queueLength = 0
  /// The most of them that have ever waited.
  package var longestQueue = 0
}

/// A time in which a loop did not look at its descriptors.
package struct LoopSlice: Sendable, Equatable {
  /// The processor time in it, in nanoseconds.
  package let nanoseconds: UInt64
  /// When it ended, by the loop's clock, in nanoseconds.
  package let end: Int64
}

/// Written by the loop's thread only, read by any.
final class LoopCounters: @unchecked Sendable {
  private let wakeUps = Atomic<UInt64>(0)
  private let busy = Atomic<UInt64>(0)
  private let longestSlice = Atomic<UInt64>(0)
  private let queueLength = Atomic<Int>(0)
  private let longestQueue = Atomic<Int>(0)
  /// The longest, the longest first. The lock is taken when one becomes one of them, which soon is seldom.
  private let slices = Locked<[LoopSlice]>([])
  private static let keptSlices = 8

  // Confined to the loop. Asking for a thread's processor time is a system call: it is made once a millisecond at
  // most, so that a slice is charged with up to as much of those before it.
  private static let markInterval: Int64 = 1_000_000
  private var markedAt: Int64 = .min
  private var mark: Int64 = 0
  /// What a slice has to be longer than to be kept.
  private var leastKept: UInt64 = 0

  var snapshot: LoopStatistics {
    LoopStatistics(
      wakeUps: wakeUps.load(ordering: .relaxed), busyNanoseconds: busy.load(ordering: .relaxed),
      longestSliceNanoseconds: longestSlice.load(ordering: .relaxed),
      queueLength: queueLength.load(ordering: .relaxed),
      longestQueue: longestQueue.load(ordering: .relaxed))
  }

  /// The loop has looked at its descriptors, at that moment, and so much is waiting.
  func sliceBegan(at time: Int64, waiting: Int) {
    // One writer: a load and a store do what a locked addition would, for less.
    wakeUps.store(wakeUps.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    queueLength.store(waiting, ordering: .relaxed)
    if waiting > longestQueue.load(ordering: .relaxed) { longestQueue.store(waiting, ordering: .relaxed) }
    if markedAt == .min || time.clampedAdding(0 - markedAt) >= Self.markInterval {
      markedAt = time
      mark = processorNanoseconds()
    }
  }

  /// What was ready at `start` has been worked off.
  func sliceEnded(since start: Int64, at end: Int64) {
    let length = UInt64(clamping: end.clampedAdding(0 - start))
    busy.store(busy.load(ordering: .relaxed) &+ length, ordering: .relaxed)
    // No slice has had the processor for longer than it lasted.
    guard length > leastKept else { return }
    let used = min(length, UInt64(clamping: processorNanoseconds() - mark))
    guard used > leastKept else { return }
    if used > longestSlice.load(ordering: .relaxed) { longestSlice.store(used, ordering: .relaxed) }
    leastKept = slices.withLock { slices in
      let place = slices.firstIndex { $0.nanoseconds < used } ?? slices.count
      slices.insert(LoopSlice(nanoseconds: used, end: end), at: place)
      if slices.count > Self.keptSlices { slices.removeLast() }
      return slices.count < Self.keptSlices ? 0 : slices[slices.count - 1].nanoseconds
    }
  }

  var longestSlices: [LoopSlice] { slices.withLock { $0 } }
}

extension EventLoop {
  /// What the loop has done so far. From any thread.
  package var statistics: LoopStatistics { counters.snapshot }

  /// Its longest slices, the longest first, and how long ago each ended. From any thread.
  package var longestSlices: [(slice: LoopSlice, age: Duration)] {
    let now = clock()
    return counters.longestSlices.map { ($0, .nanoseconds(max(0, $0.end.elapsed(at: now)))) }
  }
}

/// The processor time of the calling thread so far, by a system call.
func processorNanoseconds() -> Int64 { mailobs_thread_nanoseconds() }

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

/// Written by the loop's thread only, read by any.
final class LoopCounters: @unchecked Sendable {
  private let wakeUps = Atomic<UInt64>(0)
  private let busy = Atomic<UInt64>(0)
  private let longestSlice = Atomic<UInt64>(0)
  private let queueLength = Atomic<Int>(0)
  private let longestQueue = Atomic<Int>(0)

  // Confined to the loop. Asking for a thread's processor time is a system call: it is made once a millisecond at
  // most, so that a slice is charged with up to as much of those before it.
  private static let markInterval: Int64 = 1_000_000
  private var markedAt: Int64 = .min
  private var mark: Int64 = 0

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
    let longest = longestSlice.load(ordering: .relaxed)
    // No slice has had the processor for longer than it lasted.
    guard length > longest else { return }
    let used = min(length, UInt64(clamping: processorNanoseconds() - mark))
    if used > longest { longestSlice.store(used, ordering: .relaxed) }
  }
}

extension EventLoop {
  /// What the loop has done so far. From any thread.
  package var statistics: LoopStatistics { counters.snapshot }
}

/// The processor time of the calling thread so far, by a system call.
func processorNanoseconds() -> Int64 { mailobs_thread_nanoseconds() }

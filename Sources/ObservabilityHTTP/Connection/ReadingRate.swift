// Does a peer read fast enough to keep its connection?
// The system's buffers are small, so a peer that takes a byte now and then would seem to make progress for ever.

import ObservabilityPlatform

/// The least rate asked of a peer that is waited for to read. Counts what the peer has acknowledged: what only lies in
/// the system's buffers is not read. Times in nanoseconds.
struct ReadingRate: Sendable {
  /// Bytes a second, on the average of each window.
  static let least = 1024

  private let window: Int64
  private var began: Int64
  private var takenBefore: Int

  /// When the peer is judged next.
  var due: Int64 { began.clampedAdding(window) }

  /// - Parameter taken: how many bytes the peer has taken in all.
  init(window: Int64, from time: Int64, taken: Int) {
    self.window = max(0, window)
    began = time
    takenBefore = taken
  }

  /// Judges the window that has passed, and begins the next; false when the peer has read too little.
  mutating func isKept(taken: Int, at time: Int64) -> Bool {
    let (elapsed, isFar) = time.subtractingReportingOverflow(began)
    let passed = max(window, isFar ? .max : elapsed) / 1_000_000_000
    let (wanted, overflow) = Int(clamping: passed).multipliedReportingOverflow(by: Self.least)
    let isKept = !overflow && taken &- takenBefore >= max(1, wanted)
    began = time
    takenBefore = taken
    return isKept
  }
}

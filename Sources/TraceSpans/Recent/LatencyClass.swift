// How long is long?

/// The classes into which traces are divided by how long they took.
package enum LatencyClass {
  /// The least duration of each class, in nanoseconds: 0, 5, 10, 50, 100 and 300 ms, 1 and 10 s.
  package static let bounds: [Int64] = [
    0, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 300_000_000, 1_000_000_000, 10_000_000_000,
  ]

  /// The class of a duration in nanoseconds.
  package static func index(of duration: Int64) -> Int {
    max((bounds.firstIndex { $0 > duration } ?? bounds.count) - 1, 0)
  }
}

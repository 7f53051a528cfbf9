// How are two sides compared on a machine that others use too?

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What came of a comparison.
struct Comparison {
  /// Medians, in nanoseconds an operation.
  let ours: Double
  let baseline: Double
  /// How far the middle half of the slices lies apart, as a part of the median; the worse of the sides.
  let spread: Double
  /// How much of the time the threads had a processor; the worse of the sides.
  let presence: Double

  var isSteady: Bool { spread < 0.1 && presence > 0.9 }
  fileprivate var doubt: Double { spread + 2 * max(0, 0.9 - presence) }
}

extension Comparison {
  /// Runs the sides in turn, in short slices, so that whatever else the machine does meets both alike.
  ///
  /// Slices in which a side had to wait for a processor do not count, as long as others are left: two threads that
  /// run one after the other say nothing about contention. A comparison that spreads, or for which the machine had no
  /// time, is repeated in shorter slices, which find room between other programs' turns.
  static func of(_ ours: Side, _ baseline: Side) throws -> Comparison {
    var best: Comparison?
    for (count, length) in [(20, 20e6), (80, 5e6), (800, 0.5e6), (800, 0.5e6), (800, 0.5e6)] {
      let found = try slices(count, of: length, ours, baseline)
      if best.map({ found.doubt < $0.doubt }) ?? true { best = found }
      if found.isSteady { break }
      if found.presence < 0.9 { Crew.renew() }
    }
    guard let best else { throw PeerError(description: "nothing was measured") }
    return best
  }

  private static func slices(_ count: Int, of length: Double, _ ours: Side, _ baseline: Side) throws
    -> Comparison
  {
    let ourIterations = try iterations(for: length, ours)
    let baselineIterations = try iterations(for: length, baseline)
    var readings: (ours: [Reading], baseline: [Reading]) = ([], [])
    let start = nanoseconds()
    for number in 0..<count {
      // What takes long is not done a hundred times.
      if number >= 5, nanoseconds() - start > 3e9 { break }
      readings.ours.append(try ours.run(ourIterations))
      readings.baseline.append(try baseline.run(baselineIterations))
      // Two threads that share a processor stay there while they are busy; asleep they may be moved.
      if number > 0, readings.ours[number].presence < 0.6 || readings.baseline[number].presence < 0.6 {
        usleep(2000)
      }
    }
    let first = Summary(readings.ours, dividedBy: ours.operations)
    let second = Summary(readings.baseline, dividedBy: baseline.operations)
    return Comparison(
      ours: first.median, baseline: second.median, spread: max(first.spread, second.spread),
      presence: min(first.presence, second.presence))
  }

  /// How many operations take about as long as a slice shall; finding out warms the side up too. The quickest of
  /// several tries decides: a single one that had to wait would make slices so short that nothing but their start and
  /// end is measured.
  private static func iterations(for length: Double, _ side: Side) throws -> Int {
    var iterations = 1
    while true {
      var quickest = try side.run(iterations).nanoseconds
      for _ in 0..<4 where quickest * Double(iterations) < 10 * length {
        quickest = min(quickest, try side.run(iterations).nanoseconds)
      }
      let taken = quickest * Double(iterations)
      if taken >= length / 4 || iterations >= 1 << 30 {
        return max(1, Int(length / max(0.01, quickest)))
      }
      iterations = max(iterations * 2, min(iterations * 16, Int(length / 2 / max(0.01, quickest))))
    }
  }
}

private struct Summary {
  let median: Double
  let spread: Double
  let presence: Double

  init(_ readings: [Reading], dividedBy operations: Int) {
    let sorted = readings.sorted { $0.presence > $1.presence }
    let undisturbed = sorted.prefix { $0.presence > 0.9 }
    let present = undisturbed.count >= 5 ? undisturbed : sorted.prefix(max(5, sorted.count / 20))
    let times = present.map { $0.nanoseconds / Double(operations) }.sorted()
    median = times[times.count / 2]
    spread = (times[times.count * 3 / 4] - times[times.count / 4]) / median
    presence = present[present.count / 2].presence
  }
}

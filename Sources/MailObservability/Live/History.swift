// What is kept in the process of the last day?

import MetricInstruments

/// The key series in three resolutions: a second for ten minutes, ten seconds for two hours, a minute for a day.
///
/// Pure state: it is told the time and the values, and asks nobody. All of its memory is allocated when it is made.
/// Confined to whoever has the lock of the history.
final class History {
  /// How a chart looks at it.
  struct Range: Sendable {
    let name: String
    let tier: Int
    /// How many slots of the tier are one point.
    let slots: Int
    let points: Int

    static let all = [
      Range(name: "10m", tier: 0, slots: 2, points: 300), Range(name: "2h", tier: 1, slots: 3, points: 240),
      Range(name: "24h", tier: 2, slots: 5, points: 288),
    ]

    /// The length of a point in seconds.
    var step: Int { slots * History.resolutions[tier].seconds }
  }

  /// Of those that take several samples, with room for the point that is not complete.
  static let resolutions = [
    (seconds: 1, slots: 600), (seconds: 10, slots: 720 + 3), (seconds: 60, slots: 1440 + 5),
  ]

  let tiers: [HistoryTier]
  private let sample: UnsafeMutableBufferPointer<Double>
  private var snapshot = HistogramSnapshot()

  init(kinds: [HistoryKind]) {
    tiers = History.resolutions.map {
      HistoryTier(resolution: $0.seconds, capacity: $0.slots, kinds: kinds)
    }
    sample = .allocate(capacity: kinds.count)
    sample.initialize(repeating: .nan)
  }

  deinit { sample.deallocate() }

  /// The bytes that it takes, whatever it holds.
  var byteCount: Int { tiers.reduce(0) { $0 + $1.byteCount } + sample.count * 8 }

  /// Asks every series for its value, and keeps them.
  ///
  /// - Parameter time: in seconds; see ``HistoryTier``.
  func take(_ series: LiveSeries, at time: Double, _ marks: HistoryMarks) {
    for (column, source) in series.sources.enumerated() { sample[column] = source.read() }
    for histogram in series.histograms { histogram.read(&snapshot, into: sample) }
    add(UnsafeBufferPointer(sample), at: time, marks)
  }

  func add(_ sample: UnsafeBufferPointer<Double>, at time: Double, _ marks: HistoryMarks) {
    for tier in tiers { tier.add(sample, at: time, marks) }
  }
}

/// A copy of some points, to be looked at without the lock.
struct HistoryPoints: Sendable {
  let range: History.Range
  /// The numbers of the first and the last point; the last is before the first where there is none.
  let first: Int
  let last: Int
  /// The rates of the last minute, and the newest values.
  let latest: [Double]
  /// By point; nil for a gap.
  let marks: [HistoryMarks?]
  private let columns: Int
  private let values: [Float]

  /// - Parameters:
  ///   - first: the number of the first point that is wanted; those that are gone are left out.
  ///   - now: the time on the history's clock.
  init(_ history: History, _ range: History.Range, from first: Int, now: Double) {
    let tier = history.tiers[range.tier]
    self.range = range
    last = tier.newestPoint(of: range.slots)
    self.first = max(first, last - range.points + 1, 0)
    columns = tier.kinds.count
    latest = history.tiers[0].latest(60, before: now)
    var marks: [HistoryMarks?] = []
    let (from, count, width) = (self.first, max(last - self.first + 1, 0), tier.kinds.count)
    values = [Float](unsafeUninitializedCapacity: count * width) { buffer, initialised in
      if let start = buffer.baseAddress {
        for point in 0..<count {
          marks.append(tier.read(from + point, of: range.slots, into: start + point * width))
        }
      }
      initialised = count * width
    }
    self.marks = marks
  }

  var count: Int { marks.count }

  /// The value of a column at a point, from zero on.
  func value(_ column: Int, at point: Int) -> Float { values[point * columns + column] }
}

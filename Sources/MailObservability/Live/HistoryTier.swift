// How are the samples of one resolution kept, so that their memory never changes?

import ObservabilityPlatform

/// What a sample of a series is to whoever reads it later.
enum HistoryKind: Sendable {
  /// A value as it was.
  case gauge
  /// What a counter has grown by; read as a rate a second.
  case counter
  /// What a bucket of a histogram has grown by; read as a count.
  case bucket
}

/// What held when a sample was taken.
struct HistoryMarks: OptionSet, Sendable {
  let rawValue: UInt8
  static let draining = HistoryMarks(rawValue: 1)
  static let maintenance = HistoryMarks(rawValue: 2)
  /// The cooperative pool ran nothing.
  static let stuck = HistoryMarks(rawValue: 4)
}

/// A ring of slots, each with one sample of every series or with none, allocated once.
///
/// A slot is a number of seconds of a clock that counts the time a machine sleeps, so what was missed is a gap and not a
/// straight line. Counters are kept by how much they have grown since the sample before, which four bytes hold exactly
/// enough. Confined to whoever has the lock of the history.
final class HistoryTier {
  /// The length of a slot in seconds.
  let resolution: Int
  /// How many slots there are.
  let capacity: Int
  let kinds: [HistoryKind]
  /// The slot of the newest sample; -1 before there is one.
  private(set) var newest = -1
  /// Row by row, as they are written and read.
  private let values: UnsafeMutablePointer<Float>
  /// When the sample of a slot was taken, in seconds; NaN where there is none.
  private let times: UnsafeMutablePointer<Double>
  /// The seconds since the sample before; infinite for the first.
  private let spans: UnsafeMutablePointer<Float>
  private let marks: UnsafeMutablePointer<UInt8>
  /// What counters and buckets held at the newest sample.
  private let previous: UnsafeMutablePointer<Double>
  private var previousTime = -Double.infinity

  init(resolution: Int, capacity: Int, kinds: [HistoryKind]) {
    self.resolution = max(resolution, 1)
    self.capacity = max(capacity, 1)
    self.kinds = kinds
    values = .allocate(capacity: self.capacity * kinds.count)
    values.initialize(repeating: .nan, count: self.capacity * kinds.count)
    times = .allocate(capacity: self.capacity)
    times.initialize(repeating: .nan, count: self.capacity)
    spans = .allocate(capacity: self.capacity)
    spans.initialize(repeating: .infinity, count: self.capacity)
    marks = .allocate(capacity: self.capacity)
    marks.initialize(repeating: 0, count: self.capacity)
    previous = .allocate(capacity: kinds.count)
    previous.initialize(repeating: .nan, count: kinds.count)
  }

  deinit {
    values.deallocate()
    times.deallocate()
    spans.deallocate()
    marks.deallocate()
    previous.deallocate()
  }

  /// The bytes that it takes, whatever it holds.
  var byteCount: Int { capacity * (kinds.count * 4 + 8 + 4 + 1) + kinds.count * 8 }

  // MARK: - Writing

  /// Takes a sample; of a second one in one slot its marks are added, and those of its gauges that are higher. A clock
  /// that has gone back begins everything anew.
  ///
  /// - Parameters:
  ///   - sample: the value of each series; NaN for what has none.
  ///   - time: in seconds, from zero on.
  func add(_ sample: UnsafeBufferPointer<Double>, at time: Double, _ mark: HistoryMarks) {
    guard time >= 0, time < 1e15, sample.count == kinds.count else { return }
    let slot = Int(time) / resolution
    if slot == newest {
      return merge(sample, mark)
    }
    if slot < newest { clear() }
    if newest >= 0 {
      // No more than all of them.
      for gap in max(newest + 1, slot - capacity + 1)..<max(slot, newest + 1) { times[gap % capacity] = .nan }
    }
    let place = slot % capacity
    let row = values + place * kinds.count
    for column in 0..<kinds.count {
      let value = sample[column]
      guard kinds[column] != .gauge else {
        row[column] = Float(value)
        continue
      }
      let before = previous[column]
      // One that was begun anew has grown by what it has.
      row[column] = before.isNaN ? .nan : Float(value >= before ? value - before : value)
      previous[column] = value
    }
    times[place] = time
    spans[place] = Float(time - previousTime)
    marks[place] = mark.rawValue
    previousTime = time
    newest = slot
  }

  private func merge(_ sample: UnsafeBufferPointer<Double>, _ mark: HistoryMarks) {
    let place = newest % capacity
    marks[place] |= mark.rawValue
    let row = values + place * kinds.count
    for column in 0..<kinds.count where kinds[column] == .gauge {
      let value = Float(sample[column])
      // False while there is no value.
      if !(row[column] >= value), !value.isNaN { row[column] = value }
    }
  }

  private func clear() {
    for place in 0..<capacity { times[place] = .nan }
    for column in 0..<kinds.count { previous[column] = .nan }
    previousTime = -.infinity
    newest = -1
  }

  // MARK: - Reading

  private func isSampled(_ slot: Int) -> Bool {
    slot >= 0 && slot <= newest && slot > newest - capacity && !times[slot % capacity].isNaN
  }

  /// The number of the newest point of so many slots that is complete; -1 when none is.
  ///
  /// A slot of a second has one sample; to a longer one more may be added until the next has begun.
  func newestPoint(of slots: Int) -> Int { (resolution > 1 ? max(newest, 0) : newest + 1) / slots - 1 }

  /// One point of a chart: of a gauge the highest value, of a counter the rate a second, of a bucket its count. NaN where
  /// there is none; a counter has no rate over a gap, since nobody knows when in it things happened.
  ///
  /// - Returns: what held at one of the samples; nil when there was none.
  @discardableResult
  func read(_ point: Int, of slots: Int, into row: UnsafeMutablePointer<Float>) -> HistoryMarks? {
    for column in 0..<kinds.count { row[column] = .nan }
    var held: HistoryMarks?
    var seconds: Float = 0
    for slot in point * slots..<(point + 1) * slots where isSampled(slot) {
      let place = slot % capacity
      held = (held ?? []).union(HistoryMarks(rawValue: marks[place]))
      let isContinued = spans[place] <= 3 * Float(resolution)
      if isContinued { seconds += spans[place] }
      let sample = values + place * kinds.count
      for column in 0..<kinds.count {
        let value = sample[column]
        if kinds[column] == .gauge {
          // False while there is no value.
          if !(row[column] >= value) { row[column] = value.isNaN ? row[column] : value }
        } else if isContinued, !value.isNaN {
          row[column] = row[column].isNaN ? value : row[column] + value
        }
      }
    }
    for column in 0..<kinds.count where kinds[column] == .counter && seconds > 0 { row[column] /= seconds }
    return held
  }

  /// What there is of the last seconds before a moment: of a gauge its newest value, of counters and buckets the rate a
  /// second as `rate()` of Prometheus has it, extrapolated to the ends of the time. NaN where there are not two samples.
  ///
  /// Source: Prometheus 2.42, `promql/functions.go`, `extrapolatedRate`.
  func latest(_ seconds: Double, before end: Double) -> [Double] {
    var sums = [Double](repeating: .nan, count: kinds.count)
    var (first, last, count) = (0.0, 0.0, 0)
    let oldest = max(0, newest - capacity + 1, Int(max(end - seconds, 0)) / resolution)
    for slot in oldest..<max(newest + 1, oldest) where isSampled(slot) {
      let place = slot % capacity
      guard times[place] >= end - seconds, times[place] <= end else { continue }
      let sample = values + place * kinds.count
      count += 1
      last = times[place]
      if count == 1 { first = last }
      for column in 0..<kinds.count {
        if kinds[column] == .gauge {
          sums[column] = Double(sample[column])
        } else if count > 1, !sample[column].isNaN {
          sums[column] = (sums[column].isNaN ? 0 : sums[column]) + Double(sample[column])
        }
      }
    }
    guard count > 1, last > first else {
      for column in 0..<kinds.count where kinds[column] != .gauge { sums[column] = .nan }
      return sums
    }
    let sampled = last - first
    let step = sampled / Double(count - 1)
    for column in 0..<kinds.count where kinds[column] != .gauge && !sums[column].isNaN {
      let sum = sums[column]
      var before = first - (end - seconds)
      let value = previous[column] - sum
      // A counter cannot have been below zero.
      if sum > 0, value >= 0 { before = min(before, sampled * value / sum) }
      let after = end - last
      let covered =
        sampled + (before < step * 1.1 ? before : step / 2) + (after < step * 1.1 ? after : step / 2)
      sums[column] = sum * covered / sampled / seconds
    }
    return sums
  }
}

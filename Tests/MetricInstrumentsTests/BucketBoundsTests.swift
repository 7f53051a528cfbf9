// Which bounds does a rule make, and is what makes none refused when it is registered?

@testable import MetricInstruments
import Testing

@Suite("Bucket bounds")
struct BucketBoundsTests {
  @Test(
    "follow a rule, or are durations, in numbers that have few digits",
    arguments: [
      (BucketBounds.linear(start: 0, width: 5, count: 3), [0, 5, 10]),
      (.linear(start: 0.1, width: 0.1, count: 10), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
      (.linear(start: 7, width: 0, count: 1), [7]),
      (.exponential(start: 0.001, factor: 10, count: 5), [0.001, 0.01, 0.1, 1, 10]),
      (.exponential(start: 1, factor: 1.1, count: 4), [1, 1.1, 1.21, 1.331]),
      (.exponential(start: 0.001, factor: 2, count: 4), [0.001, 0.002, 0.004, 0.008]),
      (
        BucketBounds([.microseconds(50), .milliseconds(1), .milliseconds(7), .seconds(1), .seconds(90)]),
        [0.00005, 0.001, 0.007, 1, 90]
      ),
    ] as [(BucketBounds, [Double])])
  func rules(bounds: BucketBounds, expected: [Double]) {
    #expect(Array(bounds.values) == expected)
    #expect(bounds.problem == nil)
  }

  @Test(
    "that make no buckets are refused when they are registered, and trap nowhere",
    arguments: [
      .linear(start: 0, width: 1, count: 0), .linear(start: 0, width: 1, count: -1),
      .linear(start: 0, width: 1, count: .min), .linear(start: 0, width: 1, count: .max),
      .linear(start: 0, width: 1, count: 501), .linear(start: 0, width: 0, count: 2),
      .linear(start: 0, width: -1, count: 2), .linear(start: -1, width: 1, count: 2),
      .linear(start: .nan, width: 1, count: 2), .linear(start: 0, width: .nan, count: 2),
      .linear(start: 0, width: .infinity, count: 2), .linear(start: 1e308, width: 1e308, count: 2),
      .exponential(start: 1, factor: 2, count: 0), .exponential(start: 1, factor: 2, count: .min),
      .exponential(start: 1, factor: 2, count: .max), .exponential(start: 0, factor: 2, count: 2),
      .exponential(start: -1, factor: 2, count: 2), .exponential(start: 1, factor: 1, count: 2),
      .exponential(start: 1, factor: -2, count: 2), .exponential(start: 1, factor: .nan, count: 2),
      .exponential(start: 1e308, factor: 10, count: 2), .exponential(start: .infinity, factor: 2, count: 1),
      BucketBounds([Duration]()), BucketBounds([.seconds(-1)]), BucketBounds([.seconds(2), .seconds(1)]),
    ] as [BucketBounds])
  func refused(bounds: BucketBounds) throws {
    let registry = try Registry()
    let error = #expect(throws: RegistrationError.self) {
      _ = try registry.register(.histogram("h", help: "", buckets: bounds))
    }
    #expect(error?.code == .invalidBounds)
    #expect(bounds.values.count <= 501)
  }

  @Test(
    "put a value into the bucket before which all bounds are smaller, however many there are",
    arguments: [1, 2, 3, 4, 5, 7, 8, 12, 15, 31, 32, 33, 34, 63, 64, 65, 100, 127, 255, 499, 500])
  func search(count: Int) {
    let bounds = BucketBounds((0..<count).map { Double($0) * 0.75 })
    var values = bounds.values.flatMap { [$0, $0.nextUp, max(0, $0.nextDown), $0 + 0.3] }
    values += [0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    for value in values {
      #expect(bounds.bucket(for: value) == bounds.values.count { $0 < value }, "\(value)")
    }
  }

  @Test("count negative zero as zero")
  func negativeZero() throws {
    let histogram = try Registry().register(.histogram("h", help: "", buckets: [0, 1]))
    histogram.observe(-0.0)
    #expect(histogram.snapshot == HistogramSnapshot(bounds: [0, 1], counts: [1, 0, 0], sum: 0))
  }

  @Test("stand in a snapshot, which can be made to be compared with")
  func snapshot() throws {
    let histogram = try Registry().register(.histogram("h", help: "", buckets: [1, 2]))
    histogram.observe(1)
    histogram.observe(9)
    #expect(histogram.snapshot == HistogramSnapshot(bounds: [1, 2], counts: [1, 0, 1], sum: 10))
    #expect(histogram.snapshot.bounds == [1, 2])
    #expect(histogram.snapshot != HistogramSnapshot(bounds: [1, 3], counts: [1, 0, 1], sum: 10))
    // As many counts as there are buckets, whatever is given.
    #expect(HistogramSnapshot(bounds: [1], counts: [], sum: 0).counts == [0, 0])
    #expect(HistogramSnapshot(bounds: [1], counts: [1, 2, 3], sum: 0).counts == [1, 2])
  }
}

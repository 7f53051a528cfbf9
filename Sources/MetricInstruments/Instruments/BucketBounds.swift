// Where do a histogram's buckets end, and which bucket does a value fall into?

/// The upper bounds of a histogram's buckets, inclusive; a last bucket without a bound follows them.
public struct BucketBounds: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// The bounds, ascending.
  public let values: ContiguousArray<Double>

  /// Bounds to be checked when a histogram is registered: they must be finite, not negative, strictly ascending,
  /// and between 1 and 500 of them.
  public init(_ values: some Sequence<Double>) { self.values = ContiguousArray(values) }

  /// Bounds to be checked when a histogram is registered.
  public init(arrayLiteral values: Double...) { self.init(values) }

  static let maximumCount = 500

  var count: Int { values.count }

  /// 1 ms to 10 s: the latencies of processing a message.
  public static let latency: BucketBounds = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /// 1 µs to 10 s: the latencies of what is often done within the process, such as a command.
  public static let shortLatency: BucketBounds = [
    0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /// 100 ms to 600 s: the durations of sessions.
  public static let session: BucketBounds = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600]
  /// 1 s to 3 days: how long messages wait in a queue.
  public static let wait: BucketBounds = [1, 10, 60, 300, 900, 3600, 14400, 43200, 86400, 259200]
  /// 1 KiB to 64 MiB: the sizes of messages.
  public static let size = BucketBounds((0...8).map { Double(1024 << (2 * $0)) })

  /// What is wrong with the bounds, or nil.
  var problem: String? {
    guard !values.isEmpty, values.count <= BucketBounds.maximumCount else {
      return "a histogram needs 1 to \(BucketBounds.maximumCount) bucket bounds and was given "
        + (values.isEmpty ? "none" : "more")
    }
    guard values.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      return "bucket bounds must be finite and not negative; the bucket for +Inf is always there"
    }
    guard zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return "bucket bounds must be strictly ascending"
    }
    return nil
  }

  // Bounds that are compared one and all; of more, halves are left out before.
  private static let comparedAtOnce = 32

  /// The bucket of a value: the number of bounds below it. All of a few bounds are compared, several at a
  /// time, so that no branch depends on the value: a search by halves was as fast on values that repeat (4.1
  /// ns with the lock, the addition and the count), and four times as slow on random ones, whose branches no
  /// processor foresees (18 ns against 4.0 on an AMD EPYC of family 25).
  @inline(__always)
  func bucket(for value: Double) -> Int {
    values.withUnsafeBufferPointer { bounds in
      guard let start = bounds.baseAddress else { return 0 }
      var below = 0
      var count = bounds.count
      while count > BucketBounds.comparedAtOnce {
        let half = count / 2
        below &+= start[below &+ half &- 1] < value ? half : 0
        count &-= half
      }
      let end = below &+ count
      var index = below
      let values = SIMD4(repeating: value)
      var sums = SIMD4<Int64>.zero
      while index &+ 4 <= end {
        let four = UnsafeRawPointer(start + index).loadUnaligned(as: SIMD4<Double>.self)
        sums.replace(with: sums &+ 1, where: four .< values)
        index &+= 4
      }
      while index < end {
        below &+= start[index] < value ? 1 : 0
        index &+= 1
      }
      return below &+ Int(truncatingIfNeeded: sums.wrappedSum())
    }
  }
}

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
  /// 10 µs to 10 s: the latencies of what is often done within the process, such as a command.
  public static let shortLatency: BucketBounds = [
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
    0.5, 1, 2.5, 5, 10,
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

  /// The bucket of a value: the number of bounds below it. Branch-free, so that its cost does not depend on how
  /// predictable the values are.
  @inline(__always)
  func bucket(for value: Double) -> Int {
    values.withUnsafeBufferPointer { bounds in
      guard let start = bounds.baseAddress else { return 0 }
      var base = start
      var length = bounds.count
      while length > 1 {
        let half = length / 2
        base = base[half - 1] < value ? base + half : base
        length -= half
      }
      return (base - start) &+ (length == 1 && base.pointee < value ? 1 : 0)
    }
  }
}

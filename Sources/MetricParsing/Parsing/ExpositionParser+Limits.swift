// How much does a parser take of what somebody else sends?

extension ExpositionParser {
  /// What a parser takes at most. A value below 1 counts as 1.
  public struct Limits: Sendable, Hashable {
    /// Bytes of the whole exposition; at most 4 GiB.
    public var totalBytes: Int {
      didSet { totalBytes = min(max(totalBytes, 1), Int(UInt32.max)) }
    }
    /// Bytes of one line, without its end.
    public var lineBytes: Int {
      didSet { lineBytes = max(lineBytes, 1) }
    }
    /// Families, of which every name without a type is one.
    public var families: Int {
      didSet { families = max(families, 1) }
    }
    /// Samples of all families.
    public var samples: Int {
      didSet { samples = max(samples, 1) }
    }
    /// Labels of one sample or exemplar.
    public var labels: Int {
      didSet { labels = max(labels, 1) }
    }

    /// 64 MiB, lines of 64 KiB, 100,000 families, 1,000,000 samples, 64 labels each. The memory that such an
    /// exposition takes is at most about five times its bytes and 100 MB.
    public init() {
      totalBytes = 64 << 20
      lineBytes = 64 << 10
      families = 100_000
      samples = 1_000_000
      labels = 64
    }
  }
}

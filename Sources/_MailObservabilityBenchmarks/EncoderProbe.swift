// How do the benchmarks, a package of their own, get at the encoders without HTTP around them?

import MetricExposition
public import MetricInstruments

/// Encodes a registry again and again, the way a scrape does, into a buffer that is kept.
///
/// It exists for `Benchmarks` only, which cannot see `package` declarations of this package; an embedder has no use
/// for it and does not link it. One thread at a time may use a probe.
public final class EncoderProbe {
  /// A form that can be measured.
  public struct Form: Sendable {
    fileprivate let format: ExpositionFormat

    /// Prometheus text 0.0.4.
    public static let text = Form(format: .text)
    /// OpenMetrics 1.0.0.
    public static let openMetrics = Form(format: .openMetrics)
    /// OpenMetrics 1.0.0 with `_created` samples.
    public static let openMetricsWithCreated = Form(format: .openMetricsWithCreated)
    /// `/metrics.json`.
    public static let json = Form(format: ExpositionFormat(.json))
  }

  private let registry: Registry
  private let variables: PublishedVariables
  private let format: ExpositionFormat
  private var buffer = OutputBuffer()

  /// A probe of one registry and form.
  public init(_ registry: Registry, _ form: Form) {
    self.registry = registry
    variables = PublishedVariables(registry)
    format = form.format
  }

  /// Gathers and encodes everything into memory, and says how many bytes that made.
  public func encode() -> Int { stream(chunkSize: .max) }

  /// The same in chunks of `size` bytes, each forgotten when it is full, as a streamed answer does.
  public func stream(chunkSize size: Int) -> Int {
    var encoder = format.encoder(of: GatheredMetrics(registered: registry.families), variables)
    var total = 0
    var hasMore = true
    while hasMore {
      buffer.removeAll()
      hasMore = encoder.encode(to: &buffer, untilSize: size)
      total += buffer.count
    }
    return total
  }

  /// The bytes that the last `encode()` or chunk made; valid until the next.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { body(buffer.bytes) }
}

extension ExpositionFormat {
  fileprivate static var openMetricsWithCreated: ExpositionFormat {
    var format = ExpositionFormat.openMetrics
    format.created = true
    return format
  }
}

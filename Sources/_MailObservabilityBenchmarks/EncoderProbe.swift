// How do the benchmarks, a package of their own, get at the encoders without HTTP around them?

import MetricExposition
public import MetricInstruments

/// Encodes a registry again and again, the way a scrape does, into a buffer that is kept.
///
/// It exists for `Benchmarks` only, which cannot see `package` declarations of this package; an embedder has no use
/// for it and does not link it. One thread at a time may use a probe.
public final class EncoderProbe {
  /// The forms that can be measured.
  public enum Form: Sendable {
    /// Prometheus text 0.0.4.
    case text
    /// OpenMetrics 1.0.0.
    case openMetrics
    /// OpenMetrics 1.0.0 with `_created` samples.
    case openMetricsWithCreated
    /// `/metrics.json`.
    case json
  }

  private let registry: Registry
  /// Nil for JSON.
  private let format: ExpositionFormat?
  private var buffer = OutputBuffer()

  /// A probe of one registry and form.
  public init(_ registry: Registry, _ form: Form) {
    self.registry = registry
    guard form != .json else {
      format = nil
      return
    }
    var format = form == .text ? ExpositionFormat.text : .openMetrics
    format.created = form == .openMetricsWithCreated
    self.format = format
  }

  /// Gathers and encodes everything into memory, and says how many bytes that made.
  public func encode() -> Int { stream(chunkSize: .max) }

  /// The same in chunks of `size` bytes, each forgotten when it is full, as a streamed answer does.
  public func stream(chunkSize size: Int) -> Int {
    let metrics = GatheredMetrics(registered: registry.families)
    guard let format else { return stream(MetricsJSONEncoder(metrics), size) }
    return stream(TextEncoder(metrics, format: format), size)
  }

  private func stream(_ encoder: consuming some ExpositionEncoder & ~Copyable, _ size: Int) -> Int {
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

// What does recording through swift-metrics cost beside a backend that does nothing?

internal import CoreMetrics
internal import MailObservability
internal import MailObservabilitySwiftMetrics
internal import Synchronization

@MainActor
enum SwiftMetricsRows {
  static var all: [Row] {
    [
      Row("swift-metrics, Counter.increment() / no-op handler and a raw relaxed Atomic<UInt64> add", 1.5) {
        let (ours, raw) = (try Recorded(), try Recorded(NOOPMetricsHandler.instance))
        return .compared(try .of(.here { ours.increment($0) }, .here { raw.incrementAndAdd($0) }))
      },
      Row("swift-metrics, Timer.recordNanoseconds / no-op handler and Histogram.observe", 1.5) {
        let (ours, raw) = (try Recorded(), try Recorded(NOOPMetricsHandler.instance))
        return .compared(try .of(.here { ours.time($0) }, .here { raw.timeAndObserve($0) }))
      },
      Row("swift-metrics, Counter.increment(), 2 threads / its own single thread", nil) {
        let (two, one) = (try Recorded(), try Recorded())
        return .compared(try .of(.here(threads: 2) { two.increment($0) }, .here { one.increment($0) }))
      },
      Row("swift-metrics, Counter with 2 dimensions made each time / held", nil) {
        let (made, held) = (try Recorded(), try Recorded())
        return .compared(try .of(.here { made.makeAndIncrement($0) }, .here { held.increment($0) }))
      },
    ]
  }
}

/// Instruments of swift-metrics, and raw pieces to put beside those that do nothing.
private final class Recorded: Sendable {
  private let factory: any MetricsFactory
  private let counter: CoreMetrics.Counter
  private let timer: CoreMetrics.Timer
  private let word = Atomic<UInt64>(0)
  private let histogram: Histogram

  init(_ other: (any MetricsFactory)? = nil) throws {
    let registry = try Registry()
    let factory = try other ?? RegistryMetricsFactory(registry)
    self.factory = factory
    counter = CoreMetrics.Counter(label: "bench.hits", factory: factory)
    timer = CoreMetrics.Timer(label: "bench.lookup", factory: factory)
    histogram = try registry.register(
      .histogram("bench_raw_seconds", help: "Durations.", unit: "seconds", buckets: .latency))
  }

  @inline(never)
  func increment(_ times: Int) {
    for _ in 0..<times { counter.increment() }
  }

  @inline(never)
  func incrementAndAdd(_ times: Int) {
    for _ in 0..<times {
      counter.increment()
      word.wrappingAdd(1, ordering: .relaxed)
    }
  }

  @inline(never)
  func time(_ times: Int) {
    for index in 0..<times { timer.recordNanoseconds(Int64(index & 1023) &* 10_000) }
  }

  @inline(never)
  func timeAndObserve(_ times: Int) {
    for index in 0..<times {
      let duration = Int64(index & 1023) &* 10_000
      timer.recordNanoseconds(duration)
      histogram.observe(Double(duration) / 1e9)
    }
  }

  @inline(never)
  func makeAndIncrement(_ times: Int) {
    for index in 0..<times {
      CoreMetrics.Counter(
        label: "bench.requests", dimensions: [("method", "GET"), ("status", index & 1 == 0 ? "200" : "404")],
        factory: factory
      ).increment()
    }
  }
}

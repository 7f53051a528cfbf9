// What does a scrape cost, encoded to memory without HTTP?

internal import AllocationCounter
internal import _MailObservabilityBenchmarks
internal import MailObservability
internal import Workloads

/// A probe that is used by one thread at a time, though not always the same one.
private final class Scrape: @unchecked Sendable {
  private let probe: EncoderProbe

  init(_ registry: Registry, _ form: EncoderProbe.Form = .text) { probe = EncoderProbe(registry, form) }

  func encode(_ times: Int) { for _ in 0..<times { _ = probe.encode() } }
  func stream(_ times: Int) { for _ in 0..<times { _ = probe.stream(chunkSize: 64 * 1024) } }
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { probe.withBytes(body) }
}

@MainActor
enum ExpositionRows {
  static var all: [Row] { peers + forms + resources }

  private static func against(
    _ peer: String, _ work: String, _ registry: @escaping @MainActor () throws -> Registry
  ) -> @MainActor () throws -> Outcome {
    {
      guard let other = Peers.named(peer) else {
        return .absent(
          "\(peer == "go" ? "client_golang" : "prometheus-cpp") is not there; see Benchmarks/build-peers")
      }
      let scrape = Scrape(try registry())
      return .compared(try .of(.here { scrape.encode($0) }, .peer(other, work)), .microseconds)
    }
  }

  private static var peers: [Row] {
    [
      Row(
        "text, 10,000 labelled counters / client_golang gather + encode", 0.05,
        against("go", "encodeCounters") { try Registries.counters(10_000) }),
      Row(
        "text, 10,000 labelled counters / VictoriaMetrics WritePrometheus", 0.25,
        against("go", "vmEncodeCounters") { try Registries.counters(10_000) }),
      Row(
        "text, 1,000 histograms of 12 buckets / client_golang gather + encode", 0.08,
        against("go", "encodeHistograms") { try Registries.histograms(1_000) }),
      Row(
        "text, 10,000 labelled counters / prometheus-cpp collect + serialize", 0.1,
        against("cpp", "encodeCounters") { try Registries.counters(10_000) }),
      Row(
        "text, 1,000 histograms of 12 buckets / prometheus-cpp collect + serialize", 0.1,
        against("cpp", "encodeHistograms") { try Registries.histograms(1_000) }),
    ]
  }

  private static var forms: [Row] {
    [
      Row("text, 10,000 labelled counters / memcpy of the same bytes", nil) {
        let scrape = Scrape(try Registries.counters(10_000))
        scrape.encode(1)
        let target = scrape.withBytes { CopyTarget(size: $0.count) }
        nonisolated(unsafe) let copy = target
        return .compared(
          try .of(
            .here { scrape.encode($0) },
            .here { times in for _ in 0..<times { _ = scrape.withBytes { copy.copy($0) } } }), .microseconds)
      },
      against(form: .openMetrics, "OpenMetrics, 10,000 counters / text, same registry", 1.3) {
        try Registries.counters(10_000)
      },
      against(form: .openMetrics, "OpenMetrics, 1,000 histograms / text, same registry", 1.3) {
        try Registries.histograms(1_000)
      },
      against(form: .openMetricsWithCreated, "OpenMetrics with _created, 10,000 counters / text", nil) {
        try Registries.counters(10_000)
      },
      against(form: .json, "JSON, 10,000 counters / text, same registry", 1.5) {
        try Registries.counters(10_000)
      },
      against(form: .json, "JSON, 1,000 histograms / text, same registry", 1.5) {
        try Registries.histograms(1_000)
      },
    ]
  }

  private static func against(
    form: EncoderProbe.Form, _ name: String, _ target: Double?,
    _ make: @escaping @MainActor () throws -> Registry
  ) -> Row {
    Row(name, target) {
      let registry = try make()
      let (ours, text) = (Scrape(registry, form), Scrape(registry))
      return .compared(try .of(.here { ours.encode($0) }, .here { text.encode($0) }), .microseconds)
    }
  }

  private static var resources: [Row] {
    func allocations(_ name: String, _ make: @escaping @MainActor () throws -> Registry) -> Row {
      Row("heap allocations of a warm scrape by the encoder, \(name)", 20) {
        guard allocation_counter_available() != 0 else {
          return .absent("allocations are counted with glibc only")
        }
        let scrape = Scrape(try make())
        scrape.encode(2)
        return .quantity(InstrumentRows.allocationsPerOperation(10) { scrape.encode(10) }, .count)
      }
    }
    return [
      allocations("100 counters") { try Registries.counters(100) },
      allocations("100,000 counters") { try Registries.counters(100_000) },
      allocations("1,000 histograms") { try Registries.histograms(1_000) },
      Row("1,000,000 series, streamed: peak memory beside the instruments, MiB", 8) {
        guard allocation_counter_available() != 0 else { return .absent("memory is counted with glibc only") }
        let scrape = Scrape(try Registries.counters(1_000_000))
        allocation_counter_trim()
        ResidentMemory.forgetPeak()
        let resident = ResidentMemory.now
        allocation_counter_start()
        scrape.stream(1)
        let counts = allocation_counter_stop()
        let grown = max(0, ResidentMemory.peak - resident)
        return .quantity(
          Double(counts.peak_bytes) / 1_048_576, .mebibytes,
          note: "heap; resident memory grew by \(decimal(Double(grown) / 1_048_576, digits: 2)) MiB")
      },
      Row("1,000,000 series, streamed: a series / of 10,000", 1.5) {
        let (many, few) = (
          Scrape(try Registries.counters(1_000_000)), Scrape(try Registries.counters(10_000))
        )
        return .compared(
          try .of(
            Side.here { many.stream($0) }.byProcessorTime().divided(by: 1_000_000),
            Side.here { few.stream($0) }.byProcessorTime().divided(by: 10_000)))
      },
    ]
  }
}

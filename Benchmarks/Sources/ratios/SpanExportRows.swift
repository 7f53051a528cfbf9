// What does it cost to hand spans to a collector, up to the bytes that it is sent?

internal import AllocationCounter
internal import _MailObservabilityBenchmarks

/// A probe that is used by one thread at a time, though not always the same one.
private final class Batches: @unchecked Sendable {
  static let size = 512
  private let probe = SpanExportProbe(batch: Batches.size)

  var request: [UInt8] { probe.request }

  func encode(_ times: Int) {
    for _ in 0..<times { _ = probe.encode() }
  }

  func recordAndEncode(_ times: Int) {
    for _ in 0..<times {
      probe.record()
      probe.take()
      _ = probe.encode()
    }
  }
}

@MainActor
enum SpanExportRows {
  static var all: [Row] {
    [
      Row("a request of 512 spans, encoded / by Go's protobuf, same request", 0.7) {
        let batches = Batches()
        guard let peer = Peers.named("otlp-go") else { return .absent("build-peers --install") }
        guard Peers.write(batches.request, as: "otlp-request.pb") else {
          return .absent("the request cannot be written")
        }
        return .compared(
          try .of(.here { batches.encode($0) }, .peer(peer, "encodeSpans")), .microseconds)
      },
      Row("heap allocations a span, from its start to the request, warm", 4) {
        guard allocation_counter_available() != 0 else {
          return .absent("allocations are counted with glibc only")
        }
        let batches = Batches()
        batches.recordAndEncode(3)
        let batch = InstrumentRows.allocationsPerOperation(10) { batches.recordAndEncode(10) }
        return .quantity(batch / Double(Batches.size), .count)
      },
    ]
  }
}

// Is what a collector says by gRPC judged as the specification has it?

import ObservabilityPlatform
import TestSupport
import Testing

@testable import OTLPExport

@Suite("A refusal by gRPC")
struct GRPCRefusalTests {
  private static func varint(_ value: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = UInt64(bitPattern: value)
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(Int64(bytes.count)) + bytes
  }

  /// `google.rpc.Status` with one detail.
  private static func status(
    seconds: Int64? = nil, nanoseconds: Int64? = nil,
    type: String = "type.googleapis.com/google.rpc.RetryInfo"
  ) -> [UInt8] {
    let duration =
      (seconds.map { [0x08] + varint($0) } ?? []) + (nanoseconds.map { [0x10] + varint($0) } ?? [])
    let detail = field(1, Array(type.utf8)) + field(2, field(1, duration))
    return [0x08, 8] + field(2, Array("slow down".utf8)) + field(3, detail)
  }

  @Test(
    "is tried again for the codes that may pass, and for an exhausted collector that says when",
    arguments: -1...20)
  func codes(code: Int) {
    let plain = GRPCRefusal(code: code, message: "").refusal(without: ExportSecrets([]))
    let informed = GRPCRefusal(code: code, message: "", details: Self.status(seconds: 7))
      .refusal(without: ExportSecrets([]))
    let mayPass = [1, 4, 10, 11, 14, 15].contains(code)
    #expect(plain.isRetryable == mayPass && plain.retryAfter == nil && plain.isAnswer)
    #expect(informed.isRetryable == (mayPass || code == 8))
    #expect(informed.retryAfter == (informed.isRetryable ? .seconds(7) : nil))
  }

  @Test(
    "asks for the time that RetryInfo has, whatever numbers are in it",
    arguments: [
      (status(seconds: 3), .seconds(3)), (status(seconds: 1, nanoseconds: 500_000_000), .milliseconds(1500)),
      (status(), .zero), (status(seconds: -1), .zero), (status(nanoseconds: -1), .zero),
      (status(seconds: .min), .zero), (status(seconds: .max), .seconds(Int64.max)),
      (status(seconds: .max, nanoseconds: .max), .seconds(Int64.max) + .nanoseconds(-1)),
      (status(seconds: 3, type: "google.rpc.RetryInfo"), .seconds(3)),
      (status(seconds: 3, type: "type.googleapis.com/google.rpc.DebugInfo"), nil),
      (status(seconds: 3, type: "type.googleapis.com/google.rpc.RetryInfo2"), nil),
      (status(seconds: 3, type: ""), nil), ([], nil), ([0x1A], nil), ([0x1A, 2, 0x0A, 9], nil),
      // The last one counts.
      (status(seconds: 3) + status(seconds: 4), .seconds(4)),
    ] as [([UInt8], Duration?)])
  func delays(details: [UInt8], delay: Duration?) {
    let refusal = GRPCRefusal(code: 8, message: "", details: details).refusal(without: ExportSecrets([]))
    #expect(refusal.retryAfter == delay && refusal.isRetryable == (delay != nil))
  }

  @Test("may have any bytes for its details", arguments: [SeededGenerator.seed])
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<(2_000 * SeededGenerator.rounds) {
      var bytes = Self.status(seconds: .random(in: -5...50, using: &generator), nanoseconds: 7)
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = .random(in: .min ... .max, using: &generator)
      }
      bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &generator)))
      let refusal = GRPCRefusal(code: 14, message: "", details: bytes).refusal(without: ExportSecrets([]))
      #expect((refusal.retryAfter ?? .zero) >= .zero && refusal.isRetryable)
    }
  }

  @Test("is told by name, on one line, without a secret")
  func reasons() {
    func reason(_ code: Int, _ message: String) -> String {
      GRPCRefusal(code: code, message: message).refusal(without: ExportSecrets([("a", "Bearer geheim")]))
        .reason
    }
    #expect(reason(14, "") == "the collector has answered UNAVAILABLE")
    #expect(reason(3, "a\nb") == "the collector has answered INVALID_ARGUMENT: a\\nb")
    #expect(reason(99, "x") == "the collector has answered the status 99: x")
    #expect(!reason(16, "no geheim here").contains("geheim"))
    #expect(reason(2, String(repeating: "x", count: 1 << 20)).utf8.count < 1100)
  }

  @Test("shows no part of a secret that it is cut in", arguments: 980..<1030)
  func cutSecret(count: Int) {
    let secret = "geheimnisvollerschluessel"
    let said = String(repeating: "x", count: count) + " \(secret) and so on"
    let reason = GRPCRefusal(code: 16, message: said)
      .refusal(without: ExportSecrets([("authorization", "Bearer \(secret)")])).reason
    #expect(!reason.contains("geheim"))
  }
}

// Does the outcome ever depend on how the bytes were split, whatever the bytes?

import EndpointMessages
import TestSupport
import Testing

@testable import ObservabilityHTTP

@Suite("Framing, at random")
struct FramingPropertyTests {
  @Test("Damaged requests come to the same outcome whole and in pieces", arguments: UInt64(1)...8)
  func splits(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let rows =
      FramingCase.requestLine + FramingCase.target + FramingCase.fields + FramingCase.body
      + FramingCase.chunks + FramingCase.limits + FramingCase.smuggling
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 37, 44, 46, 47, 48, 58, 59, 65, 127, 128, 255]
    for _ in 0..<400 {
      guard let first = rows.randomElement(using: &generator),
        let second = rows.randomElement(using: &generator)
      else { return }
      var bytes = first.bytes + second.bytes
      generator.damage(&bytes, with: interesting)
      let row = FramingCase(bytes: bytes, limits: Bool.random(using: &generator) ? .small : first.limits)
      let whole = FramingTranscript.of(row, splitAt: [])
      let places = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Int.random(in: 0...bytes.count, using: &generator)
      }
      for splits in [places.sorted(), Array(1..<max(1, bytes.count))] {
        let pieces = FramingTranscript.of(row, splitAt: splits)
        #expect(pieces.outcome == whole.outcome, "seed \(seed), splits \(splits), bytes \(bytes)")
        #expect(pieces.requests.map(\.path) == whole.requests.map(\.path), "seed \(seed)")
        #expect(pieces.requests.map(\.body) == whole.requests.map(\.body), "seed \(seed)")
        #expect(
          pieces.requests.map { $0.headers.list.map(\.value) }
            == whole.requests.map { $0.headers.list.map(\.value) }, "seed \(seed)")
      }
    }
  }

  @Test("What a target decodes to has no dot segment, no control byte, and begins with a slash")
  func targets() {
    for seed in UInt64(1)...4 {
      var generator = SeededGenerator(seed: seed)
      let pieces = [
        "/", ".", "..", "%2e", "%2F", "%5c", "%00", "%0a", "a", "%C3%A4", "%c0%af", "?", "&", "=", "+", "%",
      ]
      for _ in 0..<2000 {
        let target =
          "/"
          + (0..<Int.random(in: 0...8, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
          }
          .joined()
        guard let request = try? EndpointRequest(target: target) else { continue }
        #expect(request.path.hasPrefix("/"), "\(target), seed \(seed)")
        #expect(!request.path.utf8.contains { $0 < 32 || $0 == 127 || $0 == 92 }, "\(target), seed \(seed)")
        let segments = request.path.split(separator: "/")
        #expect(!segments.contains(".") && !segments.contains(".."), "\(target), seed \(seed)")
        #expect(!request.query.items.contains { $0.value.utf8.contains(0) }, "\(target), seed \(seed)")
      }
    }
  }
}

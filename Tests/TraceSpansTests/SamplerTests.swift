// Does a sampler record as many traces as it should, and the same ones everywhere?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("A sampler")
struct SamplerTests {
  private static let count = 1_000_000
  private static let identifiers = (0..<count).map { _ in TraceID.random() }

  @Test("records the share that was asked for, of a million new identifiers", arguments: [0.5, 0.25, 0.1])
  func share(ratio: Double) {
    let sampler = TraceSampler.ratio(ratio)
    let sampled = Self.identifiers.count { sampler.isSampled($0, parent: nil) }
    let expected = Double(Self.count) * ratio
    // One per cent of what was asked for; of a tenth six standard deviations are a little more.
    let deviation = (Double(Self.count) * ratio * (1 - ratio)).squareRoot()
    #expect((Double(sampled) - expected).magnitude <= max(expected / 100, 6 * deviation))
  }

  @Test("records with a large ratio what a small one does")
  func nesting() {
    let ratios = [0, 0.001, 0.1, 0.25, 0.5, 0.9, 1].map { TraceSampler.ratio($0) }
    for id in Self.identifiers.prefix(10_000) {
      let decisions = ratios.map { $0.isSampled(id, parent: nil) }
      #expect(decisions == decisions.sorted { !$0 && $1 })
    }
  }

  @Test(
    "goes by the last seven bytes as a big-endian number",
    arguments: [
      (0.5, "ffffffffffffffffff7fffffffffffff", false), (0.5, "00000000000000000080000000000000", true),
      (0.25, "ffffffffffffffffffbfffffffffffff", false), (0.25, "000000000000000000c0000000000000", true),
      (0x1p-56, "ffffffffffffffffffffffffffffffff", true),
      (0x1p-56, "fffffffffffffffffffffffffffffffe", false),
      (1 - 0x1p-53, "ffffffffffffffffff00000000000007", false),
      (1 - 0x1p-53, "00000000000000000100000000000008", true),
      (1, "00000000000000010000000000000000", true), (2, "00000000000000010000000000000000", true),
      (.infinity, "00000000000000010000000000000000", true), (0, "ffffffffffffffffffffffffffffffff", false),
      (-1, "ffffffffffffffffffffffffffffffff", false), (.nan, "ffffffffffffffffffffffffffffffff", false),
      (.leastNonzeroMagnitude, "ffffffffffffffffffffffffffffffff", false),
    ])
  func rule(ratio: Double, id: String, isSampled: Bool) throws {
    let trace = try #require(TraceID(id))
    #expect(TraceSampler.ratio(ratio).isSampled(trace, parent: nil) == isSampled)
  }

  @Test(
    "decides as older rules do where it is asked to",
    arguments: [
      (0.5, "7fffffffffffffff0000000000000000", TraceSampler.IdentifierPart.first, true),
      (0.5, "8000000000000000ffffffffffffffff", .first, false),
      (0.5, "ffffffffffffffff7fffffffffffffff", .last, true),
      (0.5, "00000000000000008000000000000000", .last, false),
      (0x1p-63, "00000000000000010000000000000001", .last, true),
      (0x1p-63, "00000000000000010000000000000002", .last, false),
      (0x1p-64, "00000000000000010000000000000000", .last, false),
      (1, "ffffffffffffffffffffffffffffffff", .last, true),
      (2, "ffffffffffffffffffffffffffffffff", .first, true),
      (1 - 0x1p-53, "0000000000000001fffffffffffff7ff", .last, true),
      (1 - 0x1p-53, "0000000000000001fffffffffffff800", .last, false),
      (0, "00000000000000010000000000000000", .last, false),
      (-1, "00000000000000010000000000000000", .last, false),
      (.nan, "00000000000000010000000000000000", .first, false),
      (.infinity, "ffffffffffffffffffffffffffffffff", .first, true),
    ])
  func olderRule(ratio: Double, id: String, part: TraceSampler.IdentifierPart, isSampled: Bool) throws {
    let trace = try #require(TraceID(id))
    #expect(TraceSampler.traceIDRatio(ratio, by: part).isSampled(trace, parent: nil) == isSampled)
    // As a part of another.
    let parentBased = TraceSampler.parentBased(.traceIDRatio(ratio, by: part))
    #expect(parentBased.isSampled(trace, parent: nil) == isSampled)
  }

  @Test("records the share that was asked for by older rules too", arguments: [0.5, 0.25, 0.1])
  func olderShare(ratio: Double) {
    for part in TraceSampler.IdentifierPart.allCases {
      let sampler = TraceSampler.traceIDRatio(ratio, by: part)
      let sampled = Self.identifiers.count { sampler.isSampled($0, parent: nil) }
      let deviation = (Double(Self.count) * ratio * (1 - ratio)).squareRoot()
      #expect((Double(sampled) - Double(Self.count) * ratio).magnitude <= 6 * deviation)
    }
  }

  @Test("follows the parent in each of the four cases, and asks its own otherwise")
  func parents() throws {
    func parent(isRemote: Bool, _ flags: TraceFlags) -> TraceContext {
      TraceContext(traceID: .random(), spanID: .random(), flags: flags, isRemote: isRemote)
    }
    let parents: [TraceContext?] = [
      nil, parent(isRemote: true, .sampled), parent(isRemote: true, []), parent(isRemote: false, .sampled),
      parent(isRemote: false, .random),
    ]
    func decisions(_ sampler: TraceSampler) -> [Bool] {
      parents.map { sampler.isSampled($0?.traceID ?? .random(), parent: $0) }
    }
    #expect(decisions(.alwaysOn) == [true, true, true, true, true])
    #expect(decisions(.alwaysOff) == [false, false, false, false, false])
    #expect(decisions(.parentBased(.alwaysOn)) == [true, true, false, true, false])
    #expect(decisions(.parentBased(.alwaysOff)) == [false, true, false, true, false])
    #expect(
      decisions(.parentBased(.alwaysOn, remoteSampled: .alwaysOff)) == [true, false, false, true, false])
    #expect(
      decisions(.parentBased(.alwaysOff, remoteNotSampled: .alwaysOn)) == [false, true, true, true, false])
    #expect(
      decisions(.parentBased(.alwaysOff, localSampled: .alwaysOff)) == [false, true, false, false, false])
    #expect(
      decisions(.parentBased(.alwaysOff, localNotSampled: .alwaysOn)) == [false, true, false, true, true])
    // One within another: each is asked about the case that it is there for.
    let nested = TraceSampler.parentBased(.parentBased(.alwaysOn), remoteSampled: .parentBased(.alwaysOff))
    #expect(decisions(nested) == [true, true, false, true, false])
  }

  @Test("finds identifiers that are never the same, on any number of threads")
  func identifiers() {
    #expect(Set(Self.identifiers).count == Self.count)
    let found = Sets()
    onThreads(8) { _ in found.add((0..<10_000).map { _ in SpanID.random() }) }
    #expect(found.count == 80_000)
    // Every bit is as often set as not.
    for bit in 0..<64 {
      let set = Self.identifiers.count { $0.low >> bit & 1 == 1 }
      #expect((set - Self.count / 2).magnitude < 5000)
    }
  }
}

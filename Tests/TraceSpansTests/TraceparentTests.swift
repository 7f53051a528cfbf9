// Which `traceparent` fields are read, and as what?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("A traceparent field")
struct TraceparentTests {
  static let trace = "12345678901234567890123456789012"
  static let span = "1234567890123456"

  /// Cases of the recommendation's public test suite, and what it leaves open.
  static let read: [(field: String, flags: UInt8)] = [
    ("00-\(trace)-\(span)-01", 1),
    ("00-\(trace)-\(span)-00", 0),
    // Level 2: the flag that says that the identifier is random.
    ("00-\(trace)-\(span)-02", 2),
    ("00-\(trace)-\(span)-03", 3),
    // Flags without a meaning are not sent on.
    ("00-\(trace)-\(span)-ff", 3),
    ("00-\(trace)-\(span)-fc", 0),
    // Versions to come.
    ("01-\(trace)-\(span)-01", 1),
    ("cc-\(trace)-\(span)-01", 1),
    ("cc-\(trace)-\(span)-01-what-the-future-will-be-like", 1),
    ("fe-\(trace)-\(span)-01-", 1),
    // Spaces and tabs around it.
    (" 00-\(trace)-\(span)-01", 1),
    ("\t00-\(trace)-\(span)-01", 1),
    ("00-\(trace)-\(span)-01 ", 1),
    ("00-\(trace)-\(span)-01\t", 1),
    ("\t 00-\(trace)-\(span)-01 \t", 1),
  ]

  static let refused: [String] = [
    "", " ", "-", "00", String(repeating: "-", count: 55), String(repeating: "0", count: 55),
    // Of version 00 nothing may follow.
    "00-\(trace)-\(span)-01.", "00-\(trace)-\(span)-01-",
    "00-\(trace)-\(span)-01-what-the-future-will-be-like",
    // Of others nothing without a dash.
    "cc-\(trace)-\(span)-01.what-the-future-will-be-like", "cc-\(trace)-\(span)-01a", "cc-\(trace)-\(span)-0",
    // The version.
    "ff-\(trace)-\(span)-01", "FF-\(trace)-\(span)-01", "0A-\(trace)-\(span)-01", ".0-\(trace)-\(span)-01",
    "0.-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0000-\(trace)-\(span)-01", "0-\(trace)-\(span)-01",
    "-\(trace)-\(span)-01", "\(trace)-\(span)-01",
    // The trace's identifier.
    "00-00000000000000000000000000000000-\(span)-01", "00-.2345678901234567890123456789012-\(span)-01",
    "00-1234567890123456789012345678901.-\(span)-01", "00-\(trace)3-\(span)-01",
    "00-1234567890123456789012345678901-\(span)-01", "00-1234567890123456789012345678901A-\(span)-01",
    "00-1234567890123456789012345678901é-\(span)-01", "00-+2345678901234567890123456789012-\(span)-01",
    // The span's.
    "00-\(trace)-0000000000000000-01", "00-\(trace)-.234567890123456-01", "00-\(trace)-123456789012345.-01",
    "00-\(trace)-\(span)7-01", "00-\(trace)-123456789012345-01", "00-\(trace)-123456789012345F-01",
    // The flags.
    "00-\(trace)-\(span)-.0", "00-\(trace)-\(span)-0.", "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-1",
    "00-\(trace)-\(span)-0A", "00-\(trace)-\(span)-", "00-\(trace)-\(span)",
    // Other marks between them, and inside.
    "00_\(trace)_\(span)_01", "00 \(trace) \(span) 01", "00-\(trace)-\(span)- 01", "00-\(trace)-\(span)-01\n",
    "00-\(trace)-\(span)-01\0", "\u{FEFF}00-\(trace)-\(span)-01",
    // Two fields, joined as HTTP joins them.
    "00-12345678901234567890123456789011-\(span)-01,00-\(trace)-\(span)-01",
    "00-\(trace)-\(span)-01, 00-\(trace)-\(span)-01",
  ]

  @Test("is read", arguments: read)
  func reading(_ field: String, flags: UInt8) throws {
    let context = try #require(TraceContext(traceparent: field))
    #expect(context.traceID.description == Self.trace)
    #expect(context.spanID.description == Self.span)
    #expect(context.flags.rawValue == flags)
    #expect(context.isSampled == (flags & 1 != 0))
    #expect(context.isRemote)
    #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-0\(flags)")
  }

  @Test("that is none is refused", arguments: refused)
  func refusing(_ field: String) { #expect(TraceContext(traceparent: field) == nil) }

  @Test("longer than a kibibyte is refused without being looked at")
  func length() {
    let long = String(repeating: "0", count: 10_000_000)
    #expect(TraceContext(traceparent: long) == nil)
    let future = "cc-\(Self.trace)-\(Self.span)-01-"
    #expect(TraceContext(traceparent: future + long) == nil)
    #expect(TraceContext(traceparent: String(repeating: " ", count: 10_000_000) + future) == nil)
    #expect(TraceContext(traceparent: future + long.prefix(900)) != nil)
  }

  @Test("is the same when it is written and read back", arguments: [SeededGenerator.seed])
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1000 {
      let context = TraceContext(
        traceID: try #require(TraceID(high: generator.next() >> 60, low: generator.next())),
        spanID: try #require(SpanID(generator.next())),
        flags: TraceFlags(rawValue: UInt8.random(in: 0...3, using: &generator)), isRemote: true)
      #expect(TraceContext(traceparent: context.traceparent) == context, "seed \(seed)")
      #expect(TraceID(context.traceID.description) == context.traceID, "seed \(seed)")
      #expect(SpanID(context.spanID.description) == context.spanID, "seed \(seed)")
    }
  }

  @Test("never has an identifier of zeros, nor one of another length")
  func identifiers() {
    #expect(TraceID(high: 0, low: 0) == nil)
    #expect(SpanID(0) == nil)
    #expect(TraceID(high: 1, low: 0)?.description == "00000000000000010000000000000000")
    for text in ["", "1", Self.span, Self.trace + "0", String(repeating: "0", count: 32)] {
      #expect(TraceID(text) == nil)
    }
    for text in ["", "1", Self.trace, String(repeating: "0", count: 16)] { #expect(SpanID(text) == nil) }
  }
}

// Does a trace go on from one trusted server to the next, and does nobody else begin, join or read one?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Traces across servers")
struct TracePropagationTests {
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"
  private static let friend = EndpointPeer.ip([192, 0, 2, 7], port: 25)
  private static let stranger = EndpointPeer.ip([198, 51, 100, 7], port: 25)

  private static func started(
    _ change: (inout TracingConfig) -> Void = { _ in }
  ) throws -> MailTracing {
    let metrics = try MetricsCollector()
    var config = TracingConfig(serviceName: "mx1")
    config.trustedPeers = ["192.0.2.0/24", "2001:db8::/32"].compactMap { IPNetwork($0) }
    change(&config)
    try metrics.startTracing(config)
    return metrics.tracing
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("trusts the networks that were listed, by default nobody")
  func trust() throws {
    let tracing = try Self.started()
    let cases: [(EndpointPeer?, Bool)] = [
      (Self.friend, true), (Self.stranger, false), (.unix, false), (.unknown, false),
      (.ip([], port: 25), false),
      (.ip([192, 0, 2], port: 25), false), (EndpointPeer(ipAddress: "::ffff:192.0.2.7"), true),
      (EndpointPeer(ipAddress: "2001:db8::7"), true), (EndpointPeer(ipAddress: "2001:db9::7"), false),
    ]
    for (peer, isTrusted) in cases {
      let peer = try #require(peer)
      #expect(tracing.trusts(peer) == isTrusted, "\(peer)")
      let context = try #require(TraceContext(traceparent: Self.parent, tracestate: ["a=1"]))
      let message = Array("Traceparent: \(Self.parent)\r\n\r\n".utf8)
      #expect((tracing.context(traceparent: [Self.parent], from: peer) != nil) == isTrusted)
      #expect((tracing.context(ofMessage: message, from: peer) != nil) == isTrusted)
      #expect(
        tracing.propagate(context, to: peer).map(\.name) == (isTrusted ? ["Traceparent", "Tracestate"] : []))
      #expect(
        Self.text(tracing.message(message, to: peer, context: context))
          == (isTrusted ? "Traceparent: \(Self.parent)\r\nTracestate: a=1\r\n\r\n" : "\r\n"))
    }
    let closed = try Self.started { $0.trustedPeers = [] }
    let none = try Self.started { $0.propagation = .none }
    let before = try MetricsCollector().tracing
    for tracing in [closed, none, before] {
      for peer in cases.compactMap(\.0) { #expect(!tracing.trusts(peer)) }
    }
    #expect(
      before.message(Array("Traceparent: x\n\nx".utf8), to: Self.friend, context: nil) == Array("\nx".utf8))
  }

  @Test("has the current span as fields, and nothing where there is none")
  func propagate() throws {
    let tracing = try Self.started()
    #expect(tracing.propagate().isEmpty && tracing.propagate(to: Self.friend).isEmpty)
    #expect(try MetricsCollector().tracing.propagate().isEmpty)
    let remote = try #require(TraceContext(traceparent: Self.parent, tracestate: ["a=1", "b=2"]))
    tracing.withSpan(.jmap("Email/get"), parent: .context(remote)) { span in
      let fields = tracing.propagate()
      #expect(fields.map(\.name) == ["Traceparent", "Tracestate"])
      #expect(fields.map(\.value) == [span.context?.traceparent, "a=1,b=2"])
      #expect(tracing.propagate(to: Self.friend).count == 2 && tracing.propagate(to: Self.stranger).isEmpty)
      let values = fields.map(\.value)
      let read = tracing.context(traceparent: [values[0]], tracestate: [values[1]], from: Self.friend)
      #expect(read?.spanID == span.context?.spanID && read?.state.text == "a=1,b=2" && read?.isRemote == true)
    }
  }

  static let headers: [(header: String, trace: String?, state: String)] = [
    ("Traceparent: \(parent)\r\n\r\n", parent, ""),
    ("traceparent:\(parent)\n", parent, ""),
    ("Subject: x\r\nTRACEPARENT \t:\r\n \(parent) \r\nTo: y\r\n\r\n", parent, ""),
    ("Traceparent: \(parent)", parent, ""),
    ("Traceparent: \(parent)\r\nTracestate: a=1,\r\n\tb=2\r\nTracestate: c=3\r\n\r\n", parent, "a=1,b=2,c=3"),
    ("Traceparent: \(parent)\r\nTracestate: nonsense\r\n\r\n", parent, ""),
    ("Traceparent: \(parent)\r\nTracestate: a=\(String(repeating: "b", count: 40_000))\r\n\r\n", parent, ""),
    ("Traceparent: \(parent)\r\nTraceparent: \(parent)\r\n\r\n", nil, ""),
    ("Traceparent: \(parent),\r\n \(parent)\r\n\r\n", nil, ""),
    ("Traceparent: 00-0af7651916cd43dd\r\n 8448eb211c80319c-b7ad6b7169203331-03\r\n\r\n", nil, ""),
    ("Traceparent: \(parent)\r\r\n\r\n", nil, ""),
    ("Traceparent: \u{0}\(parent)\r\n\r\n", nil, ""),
    ("Traceparent: \(String(repeating: " ", count: 50_000))\(parent)\r\n\r\n", nil, ""),
    ("Tracestate: a=1\r\n\r\n", nil, ""),
    ("Subject: x\r\n\r\nTraceparent: \(parent)\r\n", nil, ""),
    (" Traceparent: \(parent)\r\n\r\n", nil, ""),
    ("Subject: x\rTraceparent: \(parent)\r\n\r\n", nil, ""),
    ("Trace\r\n parent: \(parent)\r\n\r\n", nil, ""),
    ("X-Traceparent: \(parent)\r\n\r\n", nil, ""), ("Traceparents: \(parent)\r\n\r\n", nil, ""),
    ("Traceparent\r\n\r\n", nil, ""), ("Traceparent", nil, ""), ("", nil, ""), ("\n", nil, ""),
  ]

  @Test("reads a message's fields to the letter", arguments: headers)
  func reading(header: String, trace: String?, state: String) throws {
    let context = try Self.started().context(ofMessage: header.utf8, from: Self.friend)
    #expect(context?.traceparent == trace)
    #expect((context?.state.text ?? "") == state)
  }

  static let messages: [(message: String, without: String)] = [
    ("Traceparent: a\r\nSubject: x\r\n\r\nbody", "Subject: x\r\n\r\nbody"),
    (
      "Subject: x\ntracePARENT:a\n b\n\tc\n \nTracestate : d\nTo: y\n\nTraceparent: body\n",
      "Subject: x\nTo: y\n\nTraceparent: body\n"
    ),
    ("Tracestate:\r\n\r\n", "\r\n"), ("Traceparent: a", ""), ("Traceparent:\nTraceparent:\n", ""),
    ("Subject: x\r\n Traceparent: a\r\n\r\n", "Subject: x\r\n Traceparent: a\r\n\r\n"),
    ("Subject: x\rTraceparent: a\r\n\r\n", "Subject: x\rTraceparent: a\r\n\r\n"),
    ("a: b\r\r\nTraceparent: a\r\nc: d", "a: b\r\r\nc: d"), ("\r\r\nTraceparent: a\r\n\r\n", "\r\r\n\r\n"),
    (" x\r\nTracestate: a\r\n\r\n", " x\r\n\r\n"), ("\nTraceparent: a\n", "\nTraceparent: a\n"),
    (
      "Traceparents: a\nXTraceparent: a\nTrace-parent: a\nTraceparent\n\n",
      "Traceparents: a\nXTraceparent: a\nTrace-parent: a\nTraceparent\n\n"
    ),
    ("", ""), ("\u{0}\u{FFFD}", "\u{0}\u{FFFD}"),
  ]

  @Test("removes the fields and nothing else, whoever has written them", arguments: messages)
  func removing(message: String, without: String) throws {
    let tracing = try Self.started()
    let context = try #require(TraceContext(traceparent: Self.parent))
    for peer in [Self.stranger, .unknown, .unix] {
      #expect(Self.text(tracing.message(message.utf8, to: peer, context: context)) == without)
    }
    #expect(Self.text(tracing.message(Array(message.utf8), to: Self.friend, context: nil)) == without)
    // The lines that are added end as the others do.
    let end =
      message.utf8.contains(UInt8(ascii: "\n")) && !message.utf8.contains(UInt8(ascii: "\r")) ? "\n" : "\r\n"
    let added = message.hasPrefix(" ") ? "" : "Traceparent: \(Self.parent)\(end)"
    #expect(Self.text(tracing.message(message.utf8, to: Self.friend, context: context)) == added + without)
  }

  @Test("agrees with a plain reading of random messages", arguments: [SeededGenerator.seed])
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let tracing = try Self.started()
    let context = try #require(TraceContext(traceparent: Self.parent, tracestate: ["a=1"]))
    let pieces: [[UInt8]] =
      [
        "traceparent", "Tracestate", "TRACEPARENT:", "tracestate: x", ":", " ", "\t", "\r", "\n", "\n",
        "\r\n", "\r\n",
      ]
      .map { Array($0.utf8) } + [[0], [0xFF], [0xC3], Array("Subject: x\r\n".utf8), Array(Self.parent.utf8)]
    for _ in 0..<5_000 * SeededGenerator.rounds {
      let message = (0..<Int.random(in: 0...16, using: &generator)).flatMap { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }
      let without = tracing.message(message, to: Self.stranger, context: context)
      try #require(without == Self.plainly(message), "\(message)")
      // Once is enough, and what is left has no trace.
      try #require(tracing.message(without, to: .unknown, context: nil) == without, "\(message)")
      try #require(tracing.context(ofMessage: without, from: Self.friend) == nil, "\(message)")
      let with = tracing.message(message, to: Self.friend, context: context)
      try #require(tracing.message(with, to: Self.stranger, context: nil) == without, "\(message)")
      let read = tracing.context(ofMessage: with, from: Self.friend)
      let isWithin = message.first == UInt8(ascii: " ") || message.first == UInt8(ascii: "\t")
      try #require(read == (isWithin ? nil : context), "\(message)")
    }
  }

  /// The message without the fields, line by line.
  private static func plainly(_ message: [UInt8]) -> [UInt8] {
    let lines = message.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var (result, isBody, isRemoved): ([UInt8], Bool, Bool) = ([], false, false)
    for (number, line) in lines.enumerated() {
      // As Latin-1, in which every byte is a letter of its own.
      let text = String(String.UnicodeScalarView(line.map { Unicode.Scalar($0) }))
      if !isBody, !text.hasPrefix(" "), !text.hasPrefix("\t") {
        isBody = text == "" || text == "\r"
        let parts = text.unicodeScalars.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var name = parts[0]
        while let last = name.last, last == " " || last == "\t" { name.removeLast() }
        isRemoved = parts.count == 2 && ["traceparent", "tracestate"].contains(String(name).lowercased())
      }
      if isBody || !isRemoved { result += line + (number < lines.count - 1 ? [UInt8(ascii: "\n")] : []) }
    }
    return result
  }

  @Test("carries a trace from a server to a trusted one, and to no other")
  func relay() throws {
    let (first, second) = (try Self.started(), try Self.started { $0.sampling = .parentBased(.alwaysOff) })
    let transaction = first.startSMTPTransaction(session: "s1")
    let stored = try #require(transaction.context.flatMap { TraceContext(traceparent: $0.traceparent) })
    transaction.end()
    let attempt = first.startDelivery(.relay, domain: "example.org", of: stored, taken: WallClock.now)
    let own = Array("Traceparent: \(Self.parent)\r\nSubject: x\r\n\r\nbody".utf8)
    let sent = first.message(own, to: Self.friend, context: attempt.context)
    attempt.end()

    let began = WallClock.now - .seconds(3)
    let parent = try #require(second.context(ofMessage: sent, from: Self.friend))
    let taken = second.startSMTPTransaction(session: "s2", parent: parent, at: began)
    #expect(parent.spanID == attempt.context?.spanID && taken.context?.traceID == stored.traceID)
    #expect(taken.recording?.parent == parent && taken.recording?.start == began.clampedNanoseconds)
    // A stranger's field, which says that the trace is recorded, begins nothing and forces nothing.
    let unknown = second.context(ofMessage: sent, from: Self.stranger)
    let other = second.startSMTPTransaction(parent: unknown)
    #expect(unknown == nil && !other.isRecording && other.context?.traceID != stored.traceID)
    #expect(!Self.text(first.message(sent, to: Self.stranger, context: attempt.context)).contains("race"))
  }
}

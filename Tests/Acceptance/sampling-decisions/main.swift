// Which of so many traces does a sampler record? For comparing with what other processes and languages decide.
//
// Usage: sampling-decisions consistent|last|first RATIO, with identifiers of 16 bytes on the standard input.
// Prints 0 or 1 for each of them.

import ObservabilityPlatform
import TraceSpans

let arguments = CommandLine.arguments
guard arguments.count == 3, let ratio = Double(arguments[2]) else { exit(2) }
let sampler: TraceSampler =
  switch arguments[1] {
  case "consistent": .ratio(ratio)
  case "last": .traceIDRatio(ratio, by: .last)
  case "first": .traceIDRatio(ratio, by: .first)
  default: exit(2)
  }

// By the way that a mail server takes: a span whose parent is elsewhere.
var settings = SpanTracer.Settings()
settings.sampler = .parentBased(.alwaysOff, remoteNotSampled: sampler)
settings.recentTraceBytes = 0
let tracer = SpanTracer()
tracer.start(settings)

func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

var decisions: [UInt8] = []
var left: [UInt8] = []
var block = [UInt8](repeating: 0, count: 1 << 16)
while case let count = read(0, &block, block.count), count > 0 {
  left += block.prefix(count)
  let whole = left.count / 16 * 16
  for at in stride(from: 0, to: whole, by: 16) {
    guard let trace = TraceID(high: number(left[at..<(at + 8)]), low: number(left[(at + 8)..<(at + 16)])),
      let span = SpanID(1)
    else { exit(1) }
    let parent = TraceContext(traceID: trace, spanID: span, isRemote: true)
    let isSampled = tracer.startSpan("a", parent: .context(parent)).context?.isSampled == true
    decisions.append(isSampled ? UInt8(ascii: "1") : UInt8(ascii: "0"))
  }
  left.removeFirst(whole)
}
var written = 0
while written < decisions.count {
  let count = decisions[written...].withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
  guard count > 0 else { exit(1) }
  written += count
}

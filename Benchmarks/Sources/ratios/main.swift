// Is the library as fast as it promises, beside raw primitives and beside what people use instead?
//
//   swift run -c release --package-path Benchmarks ratios [--only TEXT] [--list] [--json FILE] [--require-peers]
//
// Exits 1 when a target is missed, or with --require-peers when there was no peer to compare with.

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

var only = ""
var jsonPath: String?
var requiresPeers = false
var isList = false

var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--only": only = arguments.popFirst() ?? ""
  case "--json": jsonPath = arguments.popFirst()
  case "--require-peers": requiresPeers = true
  case "--list": isList = true
  default:
    print("usage: ratios [--only TEXT] [--list] [--json FILE] [--require-peers]")
    exit(2)
  }
}

signal(SIGPIPE, SIG_IGN)

let rows = [
  InstrumentRows.all, SwiftMetricsRows.all, SpanRows.all, DistributedTracingRows.all, SweepRows.all,
  ExpositionRows.all,
  SpanExportRows.all, HTTPRows.all,
].joined().filter {
  only.isEmpty || $0.name.contains(only)
}
if isList {
  for row in rows { print(row.name) }
  exit(0)
}

#if DEBUG
  print("warning: a debug build; its figures say nothing")
#endif
print(Processor.description)
print(Report.header)
var measured: [MeasuredRow] = []
for row in rows {
  let outcome: Outcome
  do { outcome = try row.measure() } catch { outcome = .absent("\(error)") }
  measured.append(MeasuredRow(row: row, outcome: outcome))
  print(Report.line(measured[measured.count - 1]))
  // Rows take seconds each: show them as they come, in a pipe too.
  fflush(nil)
}

let missed = measured.filter { $0.isMet == false }
let absent = measured.filter(\.isAbsent)
print("\(measured.count) rows, \(missed.count) missed, \(absent.count) absent")
if let jsonPath, !Report.write(Report.json(measured), to: jsonPath) {
  print("cannot write \(jsonPath)")
  exit(1)
}
exit(missed.isEmpty && (absent.isEmpty || !requiresPeers) ? 0 : 1)

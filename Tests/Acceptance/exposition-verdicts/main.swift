// Which expositions does the parser take?
//
// Usage: exposition-verdicts text|openmetrics
// For each case on standard input, of which 0x1E parts one from the next, it prints a line: `1` when the case is read,
// else `0` and the error.

import MetricParsing
import ObservabilityPlatform

let format: ExpositionParser.Format
switch CommandLine.arguments.dropFirst().first {
case "text": format = .text
case "openmetrics": format = .openMetrics
default:
  print("usage: exposition-verdicts text|openmetrics")
  exit(64)
}

var input: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 65_536)
while true {
  let count = read(STDIN_FILENO, &chunk, chunk.count)
  guard count > 0 else { break }
  input += chunk[..<count]
}
for text in input.split(separator: 0x1E, omittingEmptySubsequences: false) {
  do throws(ExpositionError) {
    _ = try ParsedExposition(Array(text), format)
    print("1")
  } catch {
    print("0 \(error)")
  }
}

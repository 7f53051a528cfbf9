// How many bytes of an exposition does the parser read a second?
//
// Usage: parse-throughput text|openmetrics FILE ROUNDS
// Prints the bytes a second of the fastest round.

import Foundation
import MetricParsing

let arguments = CommandLine.arguments
guard arguments.count == 4, let rounds = Int(arguments[3]),
  let data = FileManager.default.contents(atPath: arguments[2])
else {
  print("usage: parse-throughput text|openmetrics FILE ROUNDS")
  exit(64)
}
let bytes = [UInt8](data)
let format = arguments[1] == "text" ? ExpositionParser.Format.text : .openMetrics
var best = 0.0
for _ in 0..<rounds {
  let start = ContinuousClock.now
  let read = try ParsedExposition(bytes, format)
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  precondition(!read.families.isEmpty)
  best = max(best, Double(bytes.count) / seconds)
}
print(Int(best))

// What does it cost to read the figures of a process? `process-readings DESCRIPTORS READINGS`, as JSON: microseconds of
// processor time and of time for one reading, and what it has read last.

import MetricInstruments
import ObservabilityPlatform
import ProcessMetrics

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard arguments.count == 2, arguments[0] >= 0, arguments[1] > 0 else {
  print("usage: process-readings DESCRIPTORS READINGS")
  exit(EX_USAGE)
}
for _ in 0..<arguments[0] {
  guard open("/dev/null", O_RDONLY) >= 0 else {
    print("process-readings: \(SystemError.text(errno))")
    exit(EXIT_FAILURE)
  }
}
let collector = ProcessCollector()

func now(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

var families = collector.read()
let began = (processor: now(CLOCK_PROCESS_CPUTIME_ID), time: now(CLOCK_MONOTONIC))
for _ in 0..<arguments[1] {
  families = []
  families = collector.read()
}
let readings = Double(arguments[1])
let processor = (now(CLOCK_PROCESS_CPUTIME_ID) - began.processor) / readings
let time = (now(CLOCK_MONOTONIC) - began.time) / readings
let series = families.flatMap { family in
  family.samples.map { sample in
    let labels = sample.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    let value = if case .number(let number) = sample.value, number.isFinite { "\(number)" } else { "null" }
    return "\"\(family.name)\(labels.isEmpty ? "" : "{\(labels)}")\": \(value)"
  }
}
print("{\"processor_us\": \(processor), \"us\": \(time), " + series.joined(separator: ", ") + "}")

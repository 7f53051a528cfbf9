// Which families does a scrape show of the process, and under which names?

import MetricInstruments
import TestSupport
import Testing
@testable import ProcessMetrics

@Suite("The collector of the process")
struct ProcessCollectorTests {
  @Test("has the names of the guidelines, each once, and every series in one family")
  func names() {
    let names = ProcessFamily.all.map(\.name)
    #expect(Set(names).count == names.count && names.allSatisfy { $0.hasPrefix("process_") })
    for name in [
      "cpu_seconds_total", "open_fds", "max_fds", "virtual_memory_bytes", "virtual_memory_max_bytes",
      "resident_memory_bytes", "start_time_seconds", "threads", "network_receive_bytes_total",
      "network_transmit_bytes_total",
    ] { #expect(names.contains("process_" + name)) }
    let series = ProcessFamily.all.flatMap { $0.series.map(\.series) }
    #expect(series.count == ProcessSeries.allCases.count && Set(series) == Set(ProcessSeries.allCases))
    for family in ProcessFamily.all {
      #expect(!family.help.isEmpty && (family.type == .counter) == family.name.hasSuffix("_total"))
      if !family.unit.isEmpty {
        #expect(family.name.hasSuffix(family.unit + (family.type == .counter ? "_total" : "")))
      }
    }
    #expect(ProcessCollector().familyNames == Set(names))
  }

  #if os(Linux)
    private func lines(_ families: [CollectedFamily]) -> [String] {
      families.flatMap { family in
        family.samples.map { sample in
          let labels = sample.labels.map { "{\($0.name)=\($0.value)}" }.joined()
          guard case .number(let value) = sample.value else { return "\(family.name)\(labels)" }
          return "\(family.name)\(labels) \(value)"
        }
      }
    }

    @Test("shows what there is, leaves out the rest, and follows what comes and goes")
    func changes() throws {
      let directory = try TemporaryDirectory()
      let collector = ProcessCollector(ProcessReader(root: directory.path, start: ProcessStart()))
      let bare: Set = ["process_cpu_seconds_total", "process_virtual_memory_max_bytes", "process_max_fds"]
      #expect(Set(collector.read().map(\.name)) == bare)
      try directory.write("proc/self/cgroup", "0::/\n")
      try directory.write("sys/fs/cgroup/memory.current", "9\n")
      try directory.write("sys/fs/cgroup/io.pressure", "some total=1000000\nfull total=500000\n")
      let shown = collector.read()
      #expect(
        Set(shown.map(\.name))
          == bare.union(["process_cgroup_memory_bytes", "process_cgroup_pressure_seconds_total"]))
      #expect(lines(shown).contains("process_cgroup_pressure_seconds_total{resource=io}{kind=full} 0.5"))
      try directory.write("sys/fs/cgroup/memory.current", "10\n")
      try directory.write("sys/fs/cgroup/io.pressure", "some total=3000000\n")
      let later = lines(collector.read())
      #expect(later.contains("process_cgroup_memory_bytes 10.0"))
      #expect(
        later.filter { $0.hasPrefix("process_cgroup_pressure") }
          == ["process_cgroup_pressure_seconds_total{resource=io}{kind=some} 3.0"])
      // What was read before is nobody else's.
      #expect(lines(shown).contains("process_cgroup_memory_bytes 9.0"))
      try directory.write("proc/self/cgroup", "")
      #expect(Set(collector.read().map(\.name)) == bare)
    }
  #endif
}

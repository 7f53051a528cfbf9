// Is /proc/stat read and shown as the talk on exporters reads and shows it?
// Source: Matt Layher, "How to export Prometheus metrics from just about anything", 2018.

import CPUStat
import CPUStatExporter
import Foundation
import MailObservability
import MailObservabilityTesting
import MetricParsing
import Testing

private let excerpt = """
  cpu 1203146 8916 341602 12608901 16550 17 2512 0 0 0
  cpu0 178422 1228 39617 1538043 2562 6 322 0 0 0
  cpu1 178934 1132 40081 1550355 1922 5 94 0 0 0
  cpu2 150578 856 65130 1551055 1322 5 1846 0 0 0
  cpu3 173647 1264 39402 1557230 1698 0 68 0 0 0

  """

@Suite("The exporter of processors")
struct CPUStatTests {
  @Test("prints the talk's lines of the talk's excerpt")
  func printed() throws {
    #expect(
      try CPUStat.scan(excerpt).map { "\($0)\n" }.joined() == """
        cpu0: user: 178422, system: 039617, idle: 1538043
        cpu1: user: 178934, system: 040081, idle: 1550355
        cpu2: user: 150578, system: 065130, idle: 1551055
        cpu3: user: 173647, system: 039402, idle: 1557230

        """)
    #expect(
      "\(CPUStat(id: "c", user: -1, system: 0, idle: 1_234_567))"
        == "   c: user: 0000-1, system: 000000, idle: 1234567")
  }

  @Test(
    "reads lines of eleven fields that begin with cpu, after the first",
    arguments: [
      ("", []), ("\n", []), ("cpu0 1 2 3 4 5 6 7 8 9 10", []),
      ("x\ncpu0 1 2 3 4 5 6 7 8 9 10", ["cpu0"]), ("x\n\ncpu 1 2 3 4 5 6 7 8 9 10\n", ["cpu"]),
      ("x\n\t cpu0  1\t2 3 4 5 6 7 8 9 10 \r", ["cpu0"]),
      ("x\r\ncpu0 1 2 3 4 5 6 7 8 9 10\r\ncpu1 1 2 3 4 5 6 7 8 9 10\r\n", ["cpu0", "cpu1"]),
      ("x\ncpu0 1 2 3 4 5 6 7 8 9\ncpu1 1 2 3 4 5 6 7 8 9 10 11", []),
      ("x\nintr 1 2 3 4 5 6 7 8 9 10\ncpufreq 1 y 3 4 y y y y y y", ["cpufreq"]),
    ])
  func lines(text: String, ids: [String]) throws { #expect(try CPUStat.scan(text).map(\.id) == ids) }

  @Test("throws for what is no number", arguments: [1, 3, 4], ["x", "1.5", "", "99999999999999999999", "٣"])
  func noNumber(index: Int, word: String) {
    var fields = ["cpu0"] + (1...10).map(String.init)
    fields[index] = word.isEmpty ? "-" : word
    #expect(throws: CPUStat.ScanError.self) { try CPUStat.scan("x\n" + fields.joined(separator: " ")) }
  }

  @Test("shows what the talk's curl shows")
  func curl() async throws {
    let metrics = try MetricsCollector(namespace: "exporter", groups: [])
    let text = "x\ncpu0 160345 0 39621 1597421 0 0 0 0 0 0\n"
    try metrics.registry.add(CPUStatCollector { try CPUStat.scan(text) })
    // To the letter but for the spelling of 1597421, which the talk's library writes with an exponent: read as numbers.
    try await expectMetrics(
      in: metrics,
      equals: """
        # HELP cpustat_time_user_hertz_total Time in USER_HZ a given CPU spent in a given mode.
        # TYPE cpustat_time_user_hertz_total counter
        cpustat_time_user_hertz_total{cpu="cpu0",mode="idle"} 1.597421e+06
        cpustat_time_user_hertz_total{cpu="cpu0",mode="system"} 39621
        cpustat_time_user_hertz_total{cpu="cpu0",mode="user"} 160345
        """)
    // And these are the first lines of a scrape.
    let shown = await metrics.registry.text()
    #expect(
      shown.hasPrefix(
        """
        # HELP cpustat_time_user_hertz_total Time in USER_HZ a given CPU spent in a given mode.
        # TYPE cpustat_time_user_hertz_total counter
        cpustat_time_user_hertz_total{cpu="cpu0",mode="idle"} 1597421
        cpustat_time_user_hertz_total{cpu="cpu0",mode="system"} 39621
        cpustat_time_user_hertz_total{cpu="cpu0",mode="user"} 160345

        """))
    #expect(try await lint(metrics).isEmpty)
  }

  @Test("names the family and the error when the file cannot be read")
  func invalid() async throws {
    let collector = CPUStatCollector { try CPUStat.read("/nowhere/stat") }
    let families = await collector.collect()
    #expect(families.map(\.name) == ["cpustat_time_user_hertz_total"])
    #expect(families.first?.failure == "failed to open /nowhere/stat: No such file or directory")
    let metrics = try MetricsCollector(namespace: "exporter", groups: [])
    try metrics.registry.add(collector)
    #expect(try await metrics.value(of: "exporter_collector_success", labels: ["collector": "cpustat"]) == 0)
  }

  @Test("reads a file larger than one reading, and refuses one that is no end")
  func files() throws {
    let path = NSTemporaryDirectory() + "cpustat-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = (0..<5000).map { "cpu\($0) 1 2 3 4 5 6 7 8 9 10\n" }
    try ("cpu\n" + lines.joined()).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try CPUStat.read(path).count == 5000)
    #expect(throws: CPUStat.ScanError.self) { try CPUStat.read("/dev/zero") }
    #expect(throws: CPUStat.ScanError.self) { try CPUStat.read("/") }
  }
}

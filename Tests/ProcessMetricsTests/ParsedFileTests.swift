// Is each file of /proc and of control groups read as the kernel writes it, and nothing taken from one that is garbled?

import TestSupport
import Testing
@testable import ProcessMetrics

@Suite("A file of the kernel")
struct ParsedFileTests {
  private func parsed<Result>(_ text: String, _ parse: (KernelText) -> Result) -> Result {
    Array(text.utf8).withUnsafeBytes { parse(KernelText($0)) }
  }

  /// A line of `/proc/self/stat` of a program of this name.
  static func stat(
    _ name: String, threads: String = "20", start: String = "145692", virtual: String = "3133440",
    pages: String = "388"
  ) -> String {
    "23792 (\(name)) R 23790 23790 5815 0 -1 4194304 126 0 0 0 5 6 7 8 20 0 \(threads) 0 \(start) \(virtual) \(pages) "
      + "18446744073709551615 94751955800064 1 2 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0\n"
  }

  static let usual = ProcessStat(
    threads: 20, startTicks: 145_692, virtualBytes: 3_133_440, residentPages: 388)

  @Test(
    "has the figures of a process, whatever its program is called",
    arguments: [
      "cat", "", "a b", "a) b", "a) R 1 2 3", "))", "(", "()", "a\nb", "tmux: server", "é", "99 (x) S 1",
    ])
  func statNames(name: String) {
    #expect(parsed(Self.stat(name), ProcessStat.init) == Self.usual)
  }

  static let stats: [(String, ProcessStat?)] = [
    ("", nil), ("\n", nil), ("23792 cat R 1 2 3\n", nil), (String(stat("cat").dropLast()), nil),
    ("1 (cat)", nil),
    ("1 (cat)\n", ProcessStat(threads: nil, startTicks: nil, virtualBytes: nil, residentPages: nil)),
    (
      "1 (cat) R 1 2 3\n",
      ProcessStat(threads: nil, startTicks: nil, virtualBytes: nil, residentPages: nil)
    ),
    (
      stat("cat", threads: "x", start: "-1", virtual: "18446744073709551616", pages: "-388"),
      ProcessStat(threads: nil, startTicks: nil, virtualBytes: nil, residentPages: nil)
    ),
    (
      stat("cat", pages: "18446744073709551615"),
      ProcessStat(threads: 20, startTicks: 145_692, virtualBytes: 3_133_440, residentPages: .max)
    ),
  ]

  @Test("has no figure of a process where there is none", arguments: stats)
  func statGarbled(text: String, expected: ProcessStat?) {
    #expect(parsed(text, ProcessStat.init) == expected)
  }

  @Test(
    "says when the system has started",
    arguments: [
      ("cpu 1 2\nintr 5 6\nctxt 7\nbtime 1700000000\nprocesses 9\n", 1_700_000_000), ("btime 1\n", 1),
      ("btime 1", nil), ("btime\n", nil), ("btime x\nbtime 2\n", nil), ("xbtime 2\n", nil), ("", nil),
    ] as [(String, UInt64?)])
  func bootTime(text: String, expected: UInt64?) {
    #expect(parsed(text, ProcessStat.bootTime) == expected)
  }

  @Test(
    "says with it when the process has",
    arguments: [
      (145_692, 100, 1_700_000_000, 1_700_001_456.92), (0, 100, 0, 0), (1, 0, 1, nil), (1, -1, 1, nil),
      (.max, 100, .max, Double(UInt64.max) + Double(UInt64.max) / 100),
    ] as [(UInt64, Int, UInt64, Double?)])
  func startTime(ticks: UInt64, perSecond: Int, boot: UInt64, expected: Double?) {
    #expect(ProcessStat.startTime(ticks: ticks, ticksPerSecond: perSecond, bootTime: boot) == expected)
  }

  static let networks: [(String, NetworkOctets?)] = [
    (
      "TcpExt: InOctets A\nTcpExt: 5 6\nIpExt: InNoRoutes InOctets OutOctets X\nIpExt: 0 133 129 1\nMPTcpExt: A\n",
      NetworkOctets(received: 133, sent: 129)
    ),
    ("IpExt: OutOctets InOctets\nIpExt: 1 2\n", NetworkOctets(received: 2, sent: 1)),
    ("IpExt: A InOctets\nIpExt: 1\n", NetworkOctets(received: nil, sent: nil)),
    ("IpExt: InOctets OutOctets\nIpExt: -1 x\n", NetworkOctets(received: nil, sent: nil)),
    ("IpExt: InOctets OutOctets\nIpExt: 1 2", nil), ("IpExt: InOctets OutOctets\nTcpExt: 1 2\n", nil),
    ("IpExt: InOctets OutOctets\n", nil), ("IpExt InOctets\n", nil), ("", nil),
  ]

  @Test("counts the bytes of the network", arguments: networks)
  func network(text: String, expected: NetworkOctets?) {
    #expect(parsed(text, NetworkOctets.init) == expected)
  }

  @Test(
    "limits processors",
    arguments: [
      ("150000 100000\n", 1.5), ("max 100000\n", nil), ("50000 0\n", nil), ("0 100000\n", nil),
      ("50000\n", nil),
      ("-1 100000\n", nil), ("50000 100000", nil), ("", nil),
      ("18446744073709551615 1\n", Double(UInt64.max)),
    ] as [(String, Double?)])
  func cores(text: String, expected: Double?) { #expect(parsed(text, CgroupText.cores) == expected) }

  static let throttlings: [(String, CgroupText.Throttling)] = [
    (
      "usage_usec 9\nnr_periods 10\nnr_throttled 3\nthrottled_usec 2500000\nnr_bursts 0\n",
      .init(periods: 10, throttledPeriods: 3, throttledSeconds: 2.5)
    ),
    (
      "nr_periods 10\nnr_throttled 3\nthrottled_time 2500000000\n",
      .init(periods: 10, throttledPeriods: 3, throttledSeconds: 2.5)
    ),
    ("usage_usec 9\nuser_usec 5\n", .init()), ("nr_periods\nnr_throttled x\nthrottled_usec -1\n", .init()),
    ("", .init()), ("nr_periods 1", .init()),
  ]

  @Test("tells how often a limit of processors was reached", arguments: throttlings)
  func throttling(text: String, expected: CgroupText.Throttling) {
    #expect(parsed(text, CgroupText.throttling) == expected)
  }

  static let memory: [(String, Bool, CgroupText.MemoryStat)] = [
    ("anon 1\ninactive_file 30\nactive_file 12\n", false, .init(pageCache: 42)),
    (
      "inactive_file 1\nhierarchical_memory_limit 600\ntotal_inactive_file 30\ntotal_active_file 12\n", true,
      .init(pageCache: 42, inheritedLimit: 600)
    ),
    ("inactive_file 30\n", false, .init()), ("inactive_file 30\nactive_file -1\n", false, .init()),
    ("inactive_file 18446744073709551615\nactive_file 1\n", false, .init()),
    ("hierarchical_memory_limit 600\n", false, .init()), ("", true, .init()),
  ]

  @Test("tells how much memory is page cache", arguments: memory)
  func memoryStat(text: String, isFirstVersion: Bool, expected: CgroupText.MemoryStat) {
    let stat = parsed(text) { CgroupText.memoryStat($0, isFirstVersion: isFirstVersion) }
    #expect(stat == expected)
  }

  static let pressures: [(String, CgroupText.Pressure)] = [
    (
      "some avg10=1.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=500000\n",
      .init(some: 1.5, full: 0.5)
    ),
    ("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", .init(some: 7e-6)),
    ("some total=x\nfull total=\n", .init()), ("some\n", .init()), ("other total=5\n", .init()),
    ("", .init()),
    ("some total=5", .init()),
  ]

  @Test("tells how long was waited", arguments: pressures)
  func pressure(text: String, expected: CgroupText.Pressure) {
    #expect(parsed(text, CgroupText.pressure) == expected)
  }

  @Test("may hold anything", arguments: [SeededGenerator.seed])
  func garbage(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let interesting = Array(") (\n\t\0:=-9x".utf8) + [0xFF, 0xC3]
    let texts =
      [Self.stat("a) b"), "cpu 1\nbtime 1700000000\n", "150000 100000\n"] + Self.networks.map(\.0)
      + Self.throttlings.map(\.0) + Self.memory.map(\.0) + Self.pressures.map(\.0)
    for _ in 0..<2000 * SeededGenerator.rounds {
      var bytes = Array((texts.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 0...4, using: &random) { random.damage(&bytes, with: interesting) }
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &random) / 4)
      bytes.withUnsafeBytes { bytes in
        let text = KernelText(bytes)
        _ = (ProcessStat(text), ProcessStat.bootTime(text), NetworkOctets(text))
        #expect((CgroupText.cores(text) ?? 1) > 0)
        #expect((CgroupText.throttling(text).throttledSeconds ?? 0) >= 0)
        #expect((CgroupText.pressure(text).some ?? 0) >= 0)
        for isFirst in [true, false] { _ = CgroupText.memoryStat(text, isFirstVersion: isFirst) }
      }
    }
  }
}

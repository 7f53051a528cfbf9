// Are limits, throttling and pressure those of the right control group, in either version, and absent where there are none?

import TestSupport
import Testing
@testable import ProcessMetrics

@Suite("What control groups say")
struct CgroupReaderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    let values: [ProcessSeries: Double]
  }

  static let pressure = "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n"
  static let both = pressure + "full avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n"

  static let cases = [
    Case(testDescription: "without a control group nothing is known", files: [:], values: [:]),
    Case(
      testDescription: "a container of version 2 with limits has all of it",
      files: [
        "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.current": "1000\n",
        "sys/fs/cgroup/memory.max": "4000\n", "sys/fs/cgroup/memory.high": "3000\n",
        "sys/fs/cgroup/memory.stat": "anon 500\ninactive_file 300\nactive_file 100\n",
        "sys/fs/cgroup/cpu.max": "150000 100000\n",
        "sys/fs/cgroup/cpu.stat": "usage_usec 1\nnr_periods 10\nnr_throttled 4\nthrottled_usec 3000000\n",
        "sys/fs/cgroup/memory.pressure": both, "sys/fs/cgroup/cpu.pressure": pressure,
        "sys/fs/cgroup/io.pressure": both,
      ],
      values: [
        .cgroupMemory: 1000, .cgroupMemoryLimit: 4000, .cgroupMemoryHigh: 3000, .cgroupWorkingSet: 600,
        .cgroupCores: 1.5, .cgroupPeriods: 10, .cgroupThrottledPeriods: 4, .cgroupThrottled: 3,
        .memorySome: 2, .memoryFull: 1, .processorSome: 2, .diskSome: 2, .diskFull: 1,
      ]),
    Case(
      testDescription: "without limits and pressure files there is only what is used",
      files: [
        "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.current": "1000\n",
        "sys/fs/cgroup/a/memory.max": "max\n", "sys/fs/cgroup/a/memory.high": "max\n",
        "sys/fs/cgroup/a/cpu.max": "max 100000\n",
        "sys/fs/cgroup/a/cpu.stat": "usage_usec 1\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
      ],
      values: [.cgroupMemory: 1000]),
    Case(
      testDescription: "the least limit holds, and what it is compared with is of the group that has it",
      files: [
        "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.current": "100\n",
        "sys/fs/cgroup/a/b/memory.max": "1000\n", "sys/fs/cgroup/a/b/memory.high": "900\n",
        "sys/fs/cgroup/a/b/cpu.max": "400000 100000\n",
        "sys/fs/cgroup/a/b/cpu.stat": "nr_periods 1\nnr_throttled 0\nthrottled_usec 0\n",
        "sys/fs/cgroup/a/memory.current": "150\n", "sys/fs/cgroup/a/memory.max": "200\n",
        "sys/fs/cgroup/a/memory.stat": "inactive_file 200\nactive_file 0\n",
        "sys/fs/cgroup/a/memory.high": "max\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n",
        "sys/fs/cgroup/a/cpu.stat": "nr_periods 9\nnr_throttled 8\nthrottled_usec 7000000\n",
        "sys/fs/cgroup/a/b/cpu.pressure": pressure,
        "sys/fs/cgroup/a/cpu.pressure": both, "sys/fs/cgroup/a/memory.pressure": both,
      ],
      values: [
        .cgroupMemory: 150, .cgroupMemoryLimit: 200, .cgroupMemoryHigh: 900, .cgroupWorkingSet: 0,
        .cgroupCores: 0.5, .cgroupPeriods: 9, .cgroupThrottledPeriods: 8, .cgroupThrottled: 7,
        .processorSome: 2,
      ]),
    Case(
      testDescription: "a group that cannot be seen is told of by the nearest above it",
      files: [
        "proc/self/cgroup": "0::/kubepods/pod1\n", "sys/fs/cgroup/memory.current": "10\n",
        "sys/fs/cgroup/memory.max": "20\n", "sys/fs/cgroup/memory.pressure": both,
      ],
      values: [.cgroupMemory: 10, .cgroupMemoryLimit: 20, .memorySome: 2, .memoryFull: 1]),
    Case(
      testDescription: "version 1 has its limits in files of its own",
      files: [
        "proc/self/cgroup": "5:memory:/d\n4:cpu,cpuacct:/d\n",
        "proc/self/mountinfo": "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          + "36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
        "sys/fs/cgroup/memory/d/memory.usage_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/d/memory.limit_in_bytes": "2000\n",
        "sys/fs/cgroup/memory/d/memory.stat": "total_inactive_file 100\ntotal_active_file 50\n",
        "sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_quota_us": "200000\n",
        "sys/fs/cgroup/cpu,cpuacct/d/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu,cpuacct/d/cpu.stat": "nr_periods 5\nnr_throttled 2\nthrottled_time 1500000000\n",
      ],
      values: [
        .cgroupMemory: 1000, .cgroupMemoryLimit: 2000, .cgroupWorkingSet: 850, .cgroupCores: 2,
        .cgroupPeriods: 5, .cgroupThrottledPeriods: 2, .cgroupThrottled: 1.5,
      ]),
    Case(
      testDescription: "version 1 without limits says so with numbers that are none",
      files: [
        "proc/self/cgroup": "5:memory:/\n4:cpu:/\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.stat": "hierarchical_memory_limit 9223372036854771712\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
      ],
      values: [.cgroupMemory: 1000]),
    Case(
      testDescription: "version 1 names what groups outside of the container allow",
      files: [
        "proc/self/cgroup": "5:memory:/docker/abc\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "500\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.stat":
          "hierarchical_memory_limit 600\ntotal_inactive_file 20\ntotal_active_file 0\n",
      ],
      values: [.cgroupMemory: 500, .cgroupMemoryLimit: 600, .cgroupWorkingSet: 480]),
    Case(
      testDescription: "version 2 beside version 1 has the pressure",
      files: [
        "proc/self/cgroup": "4:memory:/x\n0::/y\n",
        "proc/self/mountinfo": "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "10\n",
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "20\n",
        "sys/fs/cgroup/unified/y/io.pressure": both,
      ],
      values: [.cgroupMemory: 10, .cgroupMemoryLimit: 20, .diskSome: 2, .diskFull: 1]),
    Case(
      testDescription: "a limit of zero is one",
      files: [
        "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.current": "10\n",
        "sys/fs/cgroup/memory.max": "0\n",
      ],
      values: [.cgroupMemory: 10, .cgroupMemoryLimit: 0]),
    Case(
      testDescription: "nonsense is nothing",
      files: [
        "proc/self/cgroup": "\n::\nx\n0::/../..\n0:\n", "sys/fs/cgroup/memory.current": "-1\n",
        "sys/fs/cgroup/memory.max": "99999999999999999999999\n", "sys/fs/cgroup/cpu.max": "x y\n",
        "sys/fs/cgroup/memory.pressure": "some\n", "sys/fs/cgroup/cpu.stat": "nr_periods\n",
      ],
      values: [:]),
  ]

  private func values(_ reader: inout CgroupReader) -> [ProcessSeries: Double] {
    var reading = ProcessReading()
    reader.read(into: &reading, KernelBuffer())
    return ProcessSeries.allCases.reduce(into: [:]) { $0[$1] = reading[$1] }
  }

  @Test("as their files do", arguments: cases)
  func reading(example: Case) throws {
    let directory = try TemporaryDirectory()
    for (path, text) in example.files { try directory.write(path, text) }
    var reader = CgroupReader(root: directory.path)
    #expect(values(&reader) == example.values)
    #expect(values(&reader) == example.values, "the second time, when it is known where they are")
  }

  @Test("is that of the group the process is in now, and of limits that are there now")
  func moved() throws {
    let directory = try TemporaryDirectory()
    try directory.write("proc/self/cgroup", "0::/a\n")
    try directory.write("sys/fs/cgroup/a/memory.current", "1\n")
    try directory.write("sys/fs/cgroup/a/memory.max", "max\n")
    try directory.write("sys/fs/cgroup/b/memory.current", "2\n")
    var reader = CgroupReader(root: directory.path)
    #expect(values(&reader) == [.cgroupMemory: 1])
    try directory.write("sys/fs/cgroup/a/memory.max", "5\n")
    #expect(values(&reader) == [.cgroupMemory: 1, .cgroupMemoryLimit: 5])
    try directory.write("proc/self/cgroup", "0::/b\n")
    #expect(values(&reader) == [.cgroupMemory: 2])
  }

  @Test("is there soon after a controller is switched on")
  func switchedOn() throws {
    let directory = try TemporaryDirectory()
    try directory.write("proc/self/cgroup", "0::/a\n")
    try directory.write("sys/fs/cgroup/a/cgroup.procs", "")
    var reader = CgroupReader(root: directory.path)
    #expect(values(&reader) == [:])
    try directory.write("sys/fs/cgroup/a/memory.current", "1\n")
    try directory.write("sys/fs/cgroup/a/cpu.max", "50000 100000\n")
    for _ in 1..<CgroupReader.readingsBetweenLooks { _ = values(&reader) }
    #expect(values(&reader) == [.cgroupMemory: 1, .cgroupCores: 0.5])
  }

  @Test(
    "counts on from where it was when another group's limit is the least, or the process is in another group")
  func countedOn() throws {
    let directory = try TemporaryDirectory()
    try directory.write("proc/self/cgroup", "0::/a/b\n")
    func limits(own: String, above: String) throws {
      try directory.write("sys/fs/cgroup/a/b/cpu.max", own + " 100000\n")
      try directory.write("sys/fs/cgroup/a/cpu.max", above + " 100000\n")
    }
    func counted(_ group: String, periods: Int, seconds: Int) throws {
      try directory.write(
        "sys/fs/cgroup/\(group)/cpu.stat",
        "nr_periods \(periods)\nnr_throttled \(periods / 2)\nthrottled_usec \(seconds * 1_000_000)\n")
    }
    try limits(own: "200000", above: "max")
    try counted("a/b", periods: 10, seconds: 1)
    try counted("a", periods: 1_000_000, seconds: 5_000)
    try counted("c", periods: 77, seconds: 7)
    try directory.write("sys/fs/cgroup/a/b/io.pressure", CgroupReaderTests.both)
    try directory.write("sys/fs/cgroup/c/io.pressure", "some total=9000000\nfull total=9000000\n")
    try directory.write("sys/fs/cgroup/c/cpu.max", "100000 100000\n")
    var reader = CgroupReader(root: directory.path)
    func told(_ expected: (periods: Double, throttled: Double, seconds: Double), some: Double = 2) {
      let values = values(&reader)
      #expect(values[.cgroupPeriods] == expected.periods)
      #expect(values[.cgroupThrottledPeriods] == expected.throttled)
      #expect(values[.cgroupThrottled] == expected.seconds)
      #expect(values[.diskSome] == some)
    }
    told((10, 5, 1))
    try limits(own: "200000", above: "100000")
    told((10, 5, 1))
    try counted("a", periods: 1_000_010, seconds: 5_002)
    told((20, 10, 3))
    try limits(own: "200000", above: "max")
    told((20, 10, 3))
    try counted("a/b", periods: 12, seconds: 2)
    told((22, 11, 4))
    try directory.write("proc/self/cgroup", "0::/c\n")
    told((22, 11, 4))
    try counted("c", periods: 79, seconds: 8)
    try directory.write("sys/fs/cgroup/c/io.pressure", "some total=9500000\nfull total=9000000\n")
    told((24, 12, 5), some: 2.5)
  }
}

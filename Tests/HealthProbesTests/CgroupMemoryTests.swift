// Is the memory of the control group read rightly in either version, at any depth?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("The memory of the control group")
struct CgroupMemoryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    let reading: MemoryReading?
  }

  static let cases = [
    Case(testDescription: "is unknown without a control group", files: [:], reading: nil),
    Case(
      testDescription: "is read at the mount inside a container of version 2",
      files: [
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.current": "1000\n",
        "sys/fs/cgroup/memory.max": "4000\n",
        "sys/fs/cgroup/memory.stat": "anon 500\ninactive_file 300\nactive_file 100\n",
      ],
      reading: MemoryReading(workingSetBytes: 600, limitBytes: 4000)),
    Case(
      testDescription: "does not count the page cache, also when it is in use",
      files: [
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.current": "980\n",
        "sys/fs/cgroup/memory.max": "1000\n",
        "sys/fs/cgroup/memory.stat": "anon 200\nactive_file 760\ninactive_file 10\n",
      ],
      reading: MemoryReading(workingSetBytes: 210, limitBytes: 1000)),
    Case(
      testDescription: "does not count the page cache of version 1 either, that of groups below included",
      files: [
        "proc/self/cgroup": "5:memory:/\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000\n",
        "sys/fs/cgroup/memory/memory.stat":
          "active_file 1\ninactive_file 1\ntotal_active_file 500\ntotal_inactive_file 400\n",
      ],
      reading: MemoryReading(workingSetBytes: 100, limitBytes: 2000)),
    Case(
      testDescription: "has the limit of an ancestor that version 1 does not show",
      files: [
        "proc/self/cgroup": "5:memory:/docker/abc\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "570\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.stat": "hierarchical_memory_limit 600\ntotal_inactive_file 10\n",
      ],
      reading: MemoryReading(workingSetBytes: 560, limitBytes: 600)),
    Case(
      testDescription: "has its own limit when that of the ancestors is larger",
      files: [
        "proc/self/cgroup": "5:memory:/\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "100\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "500\n",
        "sys/fs/cgroup/memory/memory.stat": "hierarchical_memory_limit 600\n",
      ],
      reading: MemoryReading(workingSetBytes: 100, limitBytes: 500)),
    Case(
      testDescription: "has what the kernel throttles above beside its limit",
      files: [
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.current": "990\n",
        "sys/fs/cgroup/memory.high": "1000\n",
        "sys/fs/cgroup/memory.max": "max\n",
      ],
      reading: MemoryReading(
        workingSetBytes: 990, limitBytes: nil, throttle: .init(usedBytes: 990, aboveBytes: 1000))),
    Case(
      testDescription: "has the throttle and the limit of different ancestors, each the nearest",
      files: [
        "proc/self/cgroup": "0::/a/b\n",
        "sys/fs/cgroup/a/b/memory.current": "90\n",
        "sys/fs/cgroup/a/b/memory.high": "100\n",
        "sys/fs/cgroup/a/b/memory.max": "1000\n",
        "sys/fs/cgroup/a/memory.current": "100\n",
        "sys/fs/cgroup/a/memory.high": "1000\n",
        "sys/fs/cgroup/a/memory.max": "200\n",
      ],
      reading: MemoryReading(
        workingSetBytes: 100, limitBytes: 200, throttle: .init(usedBytes: 90, aboveBytes: 100))),
    Case(
      testDescription: "is that of version 2 beside version 1 when that has the controller (hybrid)",
      files: [
        "proc/self/cgroup": "1:name=systemd:/x\n0::/system.slice/mail.service\n",
        "sys/fs/cgroup/unified/system.slice/mail.service/memory.current": "10\n",
        "sys/fs/cgroup/unified/system.slice/mail.service/memory.max": "20\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 20)),
    Case(
      testDescription: "is that of version 1 when it has the controller (hybrid)",
      files: [
        "proc/self/cgroup": "4:memory:/x\n0::/y\n",
        "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "10\n",
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "20\n",
        "sys/fs/cgroup/unified/y/cgroup.procs": "1\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 20)),
    Case(
      testDescription: "is found where the hierarchy is mounted, also with a blank in the path",
      files: [
        "proc/self/cgroup": "0::/a\n",
        "proc/self/mountinfo":
          "30 23 0:26 / /cg\\040two rw,nosuid shared:9 - cgroup2 cgroup2 rw\nnonsense\n1 2 - cgroup2\n",
        "cg two/a/memory.current": "10\n",
        "cg two/a/memory.max": "20\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 20)),
    Case(
      testDescription: "is that of a group inside a container which shows only its own part of the hierarchy",
      files: [
        "proc/self/cgroup": "4:memory:/docker/abc/system.slice/mail\n",
        "proc/self/mountinfo":
          "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
          + "36 31 0:33 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
        "sys/fs/cgroup/memory/system.slice/mail/memory.usage_in_bytes": "10\n",
        "sys/fs/cgroup/memory/system.slice/mail/memory.limit_in_bytes": "20\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "11\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 20)),
    Case(
      testDescription: "is not that of another container whose part of the hierarchy is mounted too",
      files: [
        "proc/self/cgroup": "0::/pod1\n",
        "proc/self/mountinfo":
          "35 31 0:32 /pod2 /neighbour rw - cgroup2 cgroup2 rw\n"
          + "36 31 0:32 /pod1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "neighbour/memory.current": "99\n",
        "neighbour/memory.max": "100\n",
        "sys/fs/cgroup/memory.current": "10\n",
        "sys/fs/cgroup/memory.max": "100\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 100)),
    Case(
      testDescription: "is that of the only mount when the kernel's path is outside of it",
      files: [
        "proc/self/cgroup": "0::/../pod9\n",
        "proc/self/mountinfo": "36 31 0:32 /../pod1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "sys/fs/cgroup/memory.current": "10\n",
        "sys/fs/cgroup/memory.max": "100\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 100)),
    Case(
      testDescription: "has no limit when version 2 says max",
      files: [
        "proc/self/cgroup": "0::/a\n",
        "sys/fs/cgroup/a/memory.current": "1000\n",
        "sys/fs/cgroup/a/memory.max": "max\n",
      ],
      reading: MemoryReading(workingSetBytes: 1000, limitBytes: nil)),
    Case(
      testDescription: "is that of the ancestor whose limit is nearest",
      files: [
        "proc/self/cgroup": "0::/system.slice/mail.service\n",
        "sys/fs/cgroup/system.slice/mail.service/memory.current": "100\n",
        "sys/fs/cgroup/system.slice/mail.service/memory.max": "max\n",
        "sys/fs/cgroup/system.slice/memory.current": "900\n",
        "sys/fs/cgroup/system.slice/memory.max": "1000\n",
      ],
      reading: MemoryReading(workingSetBytes: 900, limitBytes: 1000)),
    Case(
      testDescription: "is that of the group itself when its limit is nearer",
      files: [
        "proc/self/cgroup": "0::/outer/inner\n",
        "sys/fs/cgroup/outer/inner/memory.current": "95\n",
        "sys/fs/cgroup/outer/inner/memory.max": "100\n",
        "sys/fs/cgroup/outer/memory.current": "500\n",
        "sys/fs/cgroup/outer/memory.max": "1000\n",
      ],
      reading: MemoryReading(workingSetBytes: 95, limitBytes: 100)),
    Case(
      testDescription: "is found at the mount when the path is the host's",
      files: [
        "proc/self/cgroup": "0::/kubepods/pod1/container\n",
        "sys/fs/cgroup/memory.current": "10\n",
        "sys/fs/cgroup/memory.max": "20\n",
      ],
      reading: MemoryReading(workingSetBytes: 10, limitBytes: 20)),
    Case(
      testDescription: "is read in version 1, also beside version 2",
      files: [
        "proc/self/cgroup": "12:cpu,cpuacct:/x\n5:memory:/docker/abc\n0::/y\n",
        "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "2000\n",
        "sys/fs/cgroup/memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 400\n",
      ],
      reading: MemoryReading(workingSetBytes: 600, limitBytes: 2000)),
    Case(
      testDescription: "has no limit when version 1 says the largest number",
      files: [
        "proc/self/cgroup": "5:memory:/\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      ],
      reading: MemoryReading(workingSetBytes: 1000, limitBytes: nil)),
    Case(
      testDescription: "is never negative when the figures disagree",
      files: [
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.current": "100\n",
        "sys/fs/cgroup/memory.max": "200\n",
        "sys/fs/cgroup/memory.stat": "inactive_file 300\n",
      ],
      reading: MemoryReading(workingSetBytes: 0, limitBytes: 200)),
    Case(
      testDescription: "survives nonsense",
      files: [
        "proc/self/cgroup": "\n::\nx\n0::/../..\n0:\n",
        "sys/fs/cgroup/memory.current": "-1\n",
        "sys/fs/cgroup/memory.max": "99999999999999999999999999\n",
        "sys/fs/cgroup/memory.stat": "inactive_file\n\nx y z\n",
      ],
      reading: nil),
  ]

  @Test("as the kernel's files say", arguments: cases)
  func reading(example: Case) throws {
    let directory = try TemporaryDirectory()
    for (path, text) in example.files { try directory.write(path, text) }
    #expect(try CgroupMemory(root: directory.path).read() == example.reading)
  }

  static let pieces = [
    "0::/", "5:memory:/", "5:cpu,memory:/a/b", "36 25 0:30 / /sys/fs/cgroup rw", " - cgroup2 cgroup2 rw",
    " - cgroup cgroup rw,memory", "\\040", "\\999", "\\", "\n", "\r\n", " ", ":", "/", "..", "max", "-1", "0",
    "1000",
    "18446744073709551615", "9223372036854771712", "inactive_file ", "total_active_file ",
    "hierarchical_memory_limit ", "\0", "\u{301}",
  ]

  @Test("whatever those files hold", arguments: [SeededGenerator.seed])
  func garbage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let directory = try TemporaryDirectory()
    let group = ["current", "max", "high", "stat"].map { "sys/fs/cgroup/memory.\($0)" }
    let old = ["usage_in_bytes", "limit_in_bytes", "stat"].map { "sys/fs/cgroup/memory/memory.\($0)" }
    for _ in 0..<500 * SeededGenerator.rounds {
      for name in ["proc/self/cgroup", "proc/self/mountinfo"] + group + old where Bool.random(using: &random)
      {
        let count = Int.random(in: 0..<12, using: &random)
        let text = (0..<count).compactMap { _ in Self.pieces.randomElement(using: &random) }.joined()
        try directory.write(name, text)
      }
      let reading: MemoryReading?
      do throws(SystemError) { reading = try CgroupMemory(root: directory.path).read() } catch { continue }
      #expect((reading?.limitBytes ?? 0) < 1 << 60)
    }
  }

  @Test("of this process can be read, if there is one")
  func ownGroup() throws {
    guard let reading = try CgroupMemory().read() else { return }
    #expect(reading.limitBytes != 0)
  }
}

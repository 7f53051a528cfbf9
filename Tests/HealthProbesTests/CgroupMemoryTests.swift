// Is the memory of the control group read rightly in either version, at any depth?

@testable import HealthProbes
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
      reading: MemoryReading(workingSetBytes: 700, limitBytes: 4000)),
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

  @Test("of this process can be read, if there is one")
  func ownGroup() throws {
    guard let reading = try CgroupMemory().read() else { return }
    #expect(reading.limitBytes != 0)
  }
}

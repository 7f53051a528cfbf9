// Is what is read of a process what the system says of it, and nothing where it says nothing?

import CObservabilityShims
import ObservabilityPlatform
import TestSupport
import Testing
@testable import ProcessMetrics

@Suite("A reading of the process", .serialized)
struct ProcessReaderTests {
  /// What needs no file.
  private static let always: Set<ProcessSeries> = [.processorTime, .virtualLimit, .descriptorLimit]

  private func present(_ reading: ProcessReading) -> Set<ProcessSeries> {
    Set(ProcessSeries.allCases.filter { reading[$0] != nil })
  }

  #if os(Linux)
    @Test("has the figures of its files")
    func fixture() throws {
      let directory = try TemporaryDirectory()
      try directory.write("proc/self/stat", ParsedFileTests.stat("mail) server"))
      try directory.write("proc/stat", String(repeating: "intr 0\n", count: 10_000) + "btime 1700000000\n")
      try directory.write("proc/self/net/netstat", "IpExt: InOctets OutOctets\nIpExt: 7 8\n")
      for number in [0, 1, 2, 17, 100_000] { try directory.write("proc/self/fd/\(number)", "") }
      try directory.write("proc/self/fd/x", "")
      var reader = ProcessReader(root: directory.path, start: ProcessStart())
      let reading = reader.read()
      #expect(reading[.threads] == 20 && reading[.virtual] == 3_133_440)
      #expect(reading[.resident] == Double(388 * getpagesize()))
      #expect(reading[.descriptors] == 5)
      #expect(reading[.received] == 7 && reading[.sent] == 8)
      #expect(
        reading[.start] == 1_700_000_000 + 145_692 / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    @Test("has nothing but what needs no file, where there are none")
    func nothing() throws {
      let directory = try TemporaryDirectory()
      var reader = ProcessReader(root: directory.path, start: ProcessStart())
      #expect(present(reader.read()) == Self.always)
    }

    @Test("forgets what is there no more")
    func gone() throws {
      let directory = try TemporaryDirectory()
      try directory.write("proc/self/stat", ParsedFileTests.stat("cat"))
      var reader = ProcessReader(root: directory.path, start: ProcessStart())
      #expect(present(reader.read()) == Self.always.union([.threads, .virtual, .resident]))
      try directory.write("proc/self/stat", "garbage")
      #expect(present(reader.read()) == Self.always)
    }

    @Test("has no start where the system's is unknown, and has it when that is known")
    func noBootTime() throws {
      let directory = try TemporaryDirectory()
      try directory.write("proc/self/stat", ParsedFileTests.stat("cat"))
      var reader = ProcessReader(root: directory.path, start: ProcessStart())
      #expect(reader.read()[.start] == nil)
      try directory.write("proc/stat", "btime 5\n")
      let start = try #require(reader.read()[.start])
      // The clock was set, and the process has not been started anew.
      try directory.write("proc/stat", "btime 7\n")
      #expect(reader.read()[.start] == start)
    }

    @Test("has the counts of the network that are there now, in the namespace of now")
    func network() throws {
      let directory = try TemporaryDirectory()
      let text = "IpExt: InOctets OutOctets\nIpExt: "
      try directory.write("proc/self/net/netstat", text + "7 8\n")
      var reader = ProcessReader(root: directory.path, start: ProcessStart())
      #expect(reader.read()[.received] == 7)
      try directory.write("proc/self/net/netstat", text + "17 18\n")
      #expect(reader.read()[.received] == 17)
      // The namespace is another one: so is the file.
      try directory.write("proc/self/ns/net", "")
      #expect(rename(directory.path + "/proc/self/net/netstat", directory.path + "/proc/self/net/old") == 0)
      try directory.write("proc/self/net/netstat", text + "27 28\n")
      #expect(reader.read()[.received] == 27)
      unlink(directory.path + "/proc/self/net/old")
    }

    @Test("counts descriptors as they are opened and closed, and not the one that it needs for it")
    func descriptors() throws {
      // Other tests of the process open some at the same time, so that only a set of many is told from them.
      func counted(_ count: (UnsafePointer<CChar>) -> Int64) -> Int {
        Int("/proc/self/fd".withCString(count))
      }
      let before = (counted(mailobs_count_descriptors), counted(mailobs_list_descriptors))
      let opened = (0..<300).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
      let during = (counted(mailobs_count_descriptors), counted(mailobs_list_descriptors))
      for descriptor in opened { close(descriptor) }
      #expect((250...350).contains(during.0 - before.0) && (250...350).contains(during.1 - before.1))
      #expect(abs(during.0 - during.1) < 50)
      #expect("/nowhere".withCString(mailobs_count_descriptors) == -Int64(ENOENT))
    }
  #endif

  @Test("of this process is believable, and grows")
  func own() throws {
    var reader = ProcessReader()
    let first = reader.read()
    var limits = rlimit()
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    #else
      getrlimit(RLIMIT_NOFILE, &limits)
    #endif
    #expect(first[.descriptorLimit] == Double(limits.rlim_cur))
    #expect(try #require(first[.virtualLimit]) > 0)
    let start = try #require(first[.start])
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    #expect(start > 0 && start <= Double(now.tv_sec) + 1)
    #expect(try #require(first[.threads]) >= 1 && first[.descriptors].map { $0 >= 3 } == true)
    #expect(try #require(first[.resident]) < #require(first[.virtual]))
    var sum: UInt64 = 0
    for number in 0..<UInt64(1_000_000) { sum &+= number &* number }
    #expect(sum != 1)
    let second = reader.read()
    #expect(try #require(second[.processorTime]) > #require(first[.processorTime]))
    #expect(second[.start] == start)
  }

  @Test("has a start that is computed once a process, and again in one that was forked")
  func start() {
    let start = ProcessStart()
    #expect(start.seconds(of: 1) { nil } == nil)
    #expect(start.seconds(of: 1) { 5 } == 5)
    #expect(start.seconds(of: 1) { 6 } == 5)
    #expect(start.seconds(of: 2) { 7 } == 7)
    #expect(start.seconds(of: 2) { nil } == 7)
  }
}

// Do the built-in checks read the right figures, and judge them rightly?

import TestSupport
@testable import HealthProbes
import Testing

@Suite("Built-in checks")
struct BuiltInCheckTests {
  typealias Filesystem = (available: UInt64, size: UInt64, files: UInt64?, allFiles: UInt64?)

  static let filesystems: [(Filesystem, HealthResult)] = [
    ((500 << 30, 1000 << 30, 500, 1000), .pass),
    ((99 << 30, 1000 << 30, 500, 1000), .warn("99 GiB (9%) left for /mail")),
    ((29 << 30, 1000 << 30, 500, 1000), .fail("29 GiB (2%) left for /mail")),
    ((50 << 20, 100 << 20, 500, 1000), .fail("50 MiB (50%) left for /mail")),
    ((500 << 30, 1000 << 30, 99, 1000), .warn("99 inodes (9%) left for /mail")),
    ((500 << 30, 1000 << 30, 0, 1000), .fail("0 inodes (0%) left for /mail")),
    ((99 << 30, 1000 << 30, 0, 1000), .fail("0 inodes (0%) left for /mail")),
    ((500 << 30, 1000 << 30, nil, nil), .pass),
    ((.max, .max, .max, .max), .pass),
    ((0, 0, nil, nil), .pass),
    ((0, 0, 0, 0), .pass),
    ((0, 0, 1, 1000), .fail("1 inodes (0%) left for /mail")),
    ((0, 1, nil, nil), .fail("0 B (0%) left for /mail")),
    ((0, 1000 << 30, nil, nil), .fail("0 B (0%) left for /mail")),
  ]

  @Test("judge what is left of a file system", arguments: filesystems)
  func diskSpace(filesystem: Filesystem, result: HealthResult) throws {
    let limits = try FreeSpaceLimits(warnBelow: 0.1, failBelow: 0.03, failBelowBytes: 64 << 20, for: "disk")
    let reading = FilesystemReading(
      path: "/mail", availableBytes: filesystem.available, sizeBytes: filesystem.size,
      availableFiles: filesystem.files, totalFiles: filesystem.allFiles)
    #expect(limits.judge(reading) == result)
  }

  @Test("read a real file system, and fail for a path that does not exist")
  func realFilesystem() async throws {
    let health = makeRegistry()
    try health.add(
      .diskSpace(path: "/", warnBelow: 0, failBelow: 0, failBelowBytes: 0, settings: .init(mode: .onDemand)))
    try health.add(.diskSpace("nowhere", path: "/does/not/exist", settings: .init(mode: .onDemand)))
    let (disk, nowhere) = try await waitForBoth(health)
    #expect(disk.state == .pass)
    guard let reading = disk.reading else {
      Issue.record("no reading")
      return
    }
    #expect(reading.path == "/")
    #expect(reading.sizeBytes > 1 << 20)
    #expect(reading.availableBytes <= reading.sizeBytes)
    #expect(nowhere.state == .fail)
    #expect(nowhere.reason == "statvfs /does/not/exist: No such file or directory")
  }

  private func waitForBoth(
    _ health: HealthRegistry
  ) async throws -> (HealthCheckReport, HealthCheckReport) {
    let checks = await health.answer(to: .ready).report.checks
    return (try #require(checks.first), try #require(checks.last))
  }

  static let memories: [(MemoryReading, HealthResult)] = [
    (MemoryReading(workingSetBytes: 100, limitBytes: nil), .pass),
    (MemoryReading(workingSetBytes: 850, limitBytes: 1000), .pass),
    (
      MemoryReading(workingSetBytes: 900 << 20, limitBytes: 1000 << 20),
      .warn("90% of the memory limit of 1000 MiB used")
    ),
    (
      MemoryReading(workingSetBytes: 2000 << 20, limitBytes: 1000 << 20),
      .fail("200% of the memory limit of 1000 MiB used")
    ),
    (MemoryReading(workingSetBytes: 0, limitBytes: 0), .fail("the memory limit is 0 bytes")),
    (
      MemoryReading(
        workingSetBytes: 0, limitBytes: nil, throttle: .init(usedBytes: 990 << 20, aboveBytes: 1000 << 20)),
      .warn("99% of the 1000 MiB above which memory is throttled used")
    ),
    (MemoryReading(workingSetBytes: 0, limitBytes: 10, throttle: .init(usedBytes: 1, aboveBytes: 2)), .pass),
    (
      MemoryReading(workingSetBytes: 99, limitBytes: 100, throttle: .init(usedBytes: 1, aboveBytes: 2)),
      .fail("99% of the memory limit of 100 B used")
    ),
    (
      MemoryReading(workingSetBytes: 1, limitBytes: nil, throttle: .init(usedBytes: 1, aboveBytes: 0)),
      .warn("memory.high is 0 bytes")
    ),
  ]

  @Test("judge memory against its limit", arguments: memories)
  func memory(reading: MemoryReading, result: HealthResult) throws {
    #expect(try UsageLimits(warnAbove: 0.85, failAbove: 0.95, for: "memory").judge(reading) == result)
  }

  static let descriptorReadings: [(DescriptorReading, HealthResult)] = [
    (DescriptorReading(open: 1 << 40, limit: nil), .pass),
    (DescriptorReading(open: 800, limit: 1000), .pass),
    (DescriptorReading(open: 900, limit: 1000), .warn("90% of 1000 descriptors used")),
    (DescriptorReading(open: 1000, limit: 1000), .fail("100% of 1000 descriptors used")),
  ]

  @Test("judge descriptors against their limit", arguments: descriptorReadings)
  func descriptors(reading: DescriptorReading, result: HealthResult) throws {
    #expect(try UsageLimits(warnAbove: 0.8, failAbove: 0.95, for: "descriptors").judge(reading) == result)
  }

  @Test("count the descriptors that are open")
  func realDescriptors() throws {
    let files = (0..<200).map { _ in OpenFile() }
    let reading = try DescriptorReading.read()
    #expect(reading.open >= UInt64(files.count))
    #expect(reading.open < 100_000)
    #expect((reading.limit ?? .max) > reading.open)
  }

  @Test("refuse limits that make no sense", arguments: [-0.1, 1.1, .nan, .infinity, -.infinity])
  func limits(bad: Double) {
    func isInvalidSetting(_ error: any Error) -> Bool { (error as? HealthError)?.code == .invalidSetting }
    #expect { try HealthCheck.diskSpace(path: "/", failBelow: bad) } throws: { isInvalidSetting($0) }
    #expect { try HealthCheck.diskSpace(path: "/", warnBelow: bad) } throws: { isInvalidSetting($0) }
    #expect { try HealthCheck.memory(warnAbove: bad) } throws: { isInvalidSetting($0) }
    #expect { try HealthCheck.memory(failAbove: bad) } throws: { isInvalidSetting($0) }
    #expect { try HealthCheck.descriptors(warnAbove: bad) } throws: { isInvalidSetting($0) }
    #expect { try HealthCheck.descriptors(failAbove: bad) } throws: { isInvalidSetting($0) }
  }

  @Test("refuse paths, hosts, ports and times that make no sense")
  func arguments() {
    func isInvalidSetting(_ error: any Error) -> Bool { (error as? HealthError)?.code == .invalidSetting }
    for path in ["", "/a\0b"] {
      #expect { try HealthCheck.diskSpace(path: path) } throws: { isInvalidSetting($0) }
      #expect {
        try HealthCheck.fileAge("a", path: path, warnAfter: .zero, failAfter: .zero)
      } throws: {
        isInvalidSetting($0)
      }
      #expect { try HealthCheck.tcpConnect("a", host: path, port: 25) } throws: { isInvalidSetting($0) }
    }
    for port in [Int.min, -1, 0, 65_536, .max] {
      #expect { try HealthCheck.tcpConnect("a", host: "h", port: port) } throws: { isInvalidSetting($0) }
    }
    #expect {
      try HealthCheck.fileAge("a", path: "/", warnAfter: .seconds(2), failAfter: .seconds(1))
    } throws: {
      isInvalidSetting($0)
    }
    #expect {
      try HealthCheck.certificateExpiry(warnBefore: .seconds(-1)) { .zero }
    } throws: {
      isInvalidSetting($0)
    }
  }

  static let ages: [(Int64, HealthResult)] = [
    (0, .pass), (59, .pass), (-1000, .pass),
    (60, .warn("/list was modified 60 s ago")), (119, .warn("/list was modified 119 s ago")),
    (120, .fail("/list was modified 2 min ago")), (400_000, .fail("/list was modified 4 days ago")),
  ]

  @Test("judge the age of a file", arguments: ages)
  func fileAge(seconds: Int64, result: HealthResult) {
    let now = Duration.seconds(1_700_000_000)
    let modified = now - .seconds(seconds)
    #expect(judgeFile("/list", modified: modified, now: now, .seconds(60), .seconds(120)) == result)
  }

  @Test("judge the age of a file whose time is the least or the largest that there is")
  func extremeFileAge() {
    let now = Duration.seconds(1_700_000_000)
    for modified in [Duration.seconds(Int64.min), .seconds(Int64.min) + .seconds(1), .seconds(Int64.max)] {
      let result = judgeFile("/list", modified: modified, now: now, .seconds(60), .seconds(120))
      #expect((result == .pass) == (modified > now), "\(modified)")
    }
  }

  @Test("read the age of a real file, and fail for one that does not exist")
  func realFileAge() async throws {
    let health = makeRegistry()
    let directory = try TemporaryDirectory()
    try directory.write("feed", "x")
    let settings = HealthCheck.Settings(mode: .onDemand)
    try health.add(
      .fileAge(
        "a", path: directory.path + "/feed", warnAfter: .seconds(3600), failAfter: .seconds(7200),
        settings: settings))
    try health.add(
      .fileAge(
        "b", path: directory.path + "/none", warnAfter: .seconds(3600), failAfter: .seconds(7200),
        settings: settings))
    let (young, missing) = try await waitForBoth(health)
    #expect(young.state == .pass)
    #expect(missing.state == .fail)
    #expect(missing.reason?.hasSuffix("No such file or directory") == true)
  }

  static let certificates: [(Duration, HealthResult)] = [
    (.seconds(30 * 86_400), .pass), (.seconds(14 * 86_400 + 1), .pass),
    (.seconds(14 * 86_400), .warn("expires in 14 days")), (.seconds(1), .warn("expires in 1 s")),
    (.zero, .fail("expired 0 ms ago")), (.seconds(-86_400), .fail("expired 24 h ago")),
    (.seconds(Int64.max), .pass), (.seconds(Int64.min), .fail("expired 3669675 days ago")),
  ]

  @Test("judge the time until a certificate expires", arguments: certificates)
  func certificate(left: Duration, result: HealthResult) {
    let now = Duration.seconds(1_700_000_000)
    #expect(judgeCertificate(notAfter: now + left, now: now, .seconds(14 * 86_400)) == result)
  }

  @Test("degrade, and block no probe, when a certificate has expired")
  func expiredCertificate() async throws {
    let health = makeRegistry()
    try health.add(.certificateExpiry { .seconds(1) })
    #expect(await health.answer(to: .ready).report.checks.isEmpty)
    let answer = await health.answer(to: .health)
    #expect(answer.passes)
    #expect(answer.report.status == .degraded)
    #expect(answer.report.checks.first?.state == .fail)
  }
}

// Are filesystems shown by their paths, and does one that hangs cost itself only?

import FilesystemExporter
@testable import Filesystems
import Foundation
import MailObservability
import MailObservabilityTesting
import MetricParsing
import Synchronization
import Testing

/// A value that closures share.
private final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}

@Suite("The exporter of filesystems")
struct FilesystemTests {
  private static func filesystem(_ path: String, _ type: String, _ files: UInt64) -> Filesystem {
    Filesystem(path: path, type: type, files: files, freeFiles: 7, size: 100, free: 30, available: 20)
  }

  @Test(
    "prints the talk's lines",
    arguments: [
      ("/", "EXT4", 4_005_888, "/ (EXT4): 4005888 files"),
      ("/srv", "XFS", 485_822_944, "/srv (XFS): 485822944 files"),
      ("/mnt/nfs/media", "NFS", 15_672_334_874, "/mnt/nfs/media (NFS): 15672334874 files"),
    ] as [(String, String, UInt64, String)])
  func printed(path: String, type: String, files: UInt64, line: String) {
    #expect("\(Self.filesystem(path, type, files))" == line)
  }

  @Test("says where it cannot be")
  func elsewhere() {
    #expect("\(notImplemented(on: "macOS"))" == "statfs is not implemented on macOS")
  }

  #if os(Linux)
    @Test("asks the system")
    func system() throws {
      let root = try Filesystem.get("/")
      #expect(root.path == "/" && root.size >= root.free && root.free >= root.available && !root.type.isEmpty)
      #expect(try Filesystem.get("/proc").type == "PROC")
      let error = #expect(throws: Filesystem.StatError.self) { try Filesystem.get("/nowhere") }
      #expect(error?.description == "statfs /nowhere: No such file or directory")
    }
  #endif

  @Test("shows type, files and bytes by path")
  func shown() async throws {
    let metrics = try MetricsCollector(namespace: "exporter", groups: [])
    try metrics.registry.add(
      FilesystemCollector(["/", "/srv", "/"], within: .seconds(60)) { path in
        guard path == "/" else { throw Filesystem.StatError(description: "gone") }
        return Self.filesystem(path, "EXT4", 4_005_888)
      })
    try await expectMetrics(
      in: metrics,
      equals: """
        # TYPE statfs_files gauge
        statfs_files{path="/"} 4005888
        # TYPE statfs_free_files gauge
        statfs_free_files{path="/"} 7
        # TYPE statfs_size_bytes gauge
        statfs_size_bytes{path="/"} 100
        # TYPE statfs_free_bytes gauge
        statfs_free_bytes{path="/"} 30
        # TYPE statfs_available_bytes gauge
        statfs_available_bytes{path="/"} 20
        # TYPE statfs_filesystem_info gauge
        statfs_filesystem_info{path="/",type="EXT4"} 1
        # TYPE statfs_success gauge
        statfs_success{path="/"} 1
        statfs_success{path="/srv"} 0
        exporter_collector_success{collector="statfs"} 1
        """)
    #expect(try await lint(metrics).isEmpty)
  }

  @Test("tells folders apart by the bytes of their names, and leaves out what can be no label")
  func names() async throws {
    let lines = Shared<[String]>([])
    let collector = FilesystemCollector(
      ["/\u{E9}", "/e\u{301}", "/\u{E9}", "/" + String(repeating: "x", count: 1024)], within: .seconds(60),
      get: { Self.filesystem($0, "EXT4", 1) }, log: { line in lines.withLock { $0.append(line) } })
    let families = await collector.collect()
    #expect(families.allSatisfy { $0.samples.count == 2 })
    #expect(families.last?.samples.map(\.value) == [.number(1), .number(1)])
    let metrics = try MetricsCollector(namespace: "exporter", groups: [])
    try metrics.registry.add(collector)
    #expect(try await metrics.value(of: "exporter_collector_success", labels: ["collector": "statfs"]) == 1)
    #expect(lines.withLock { $0 } == ["a path of 1025 bytes is too long for a label"])
  }

  @Test("says in one line why there is nothing of a path, and says it again when that has changed")
  func log() async throws {
    let lines = Shared<[String]>([])
    let reason = Shared<String?>("gone\nand \u{1B}[31mfar away")
    let collector = FilesystemCollector(
      ["/"], within: .seconds(60),
      get: { path in
        if let reason = reason.withLock({ $0 }) { throw Filesystem.StatError(description: reason) }
        return Self.filesystem(path, "EXT4", 1)
      }, log: { line in lines.withLock { $0.append(line) } })
    for _ in 0..<3 { _ = await collector.collect() }
    #expect(lines.withLock { $0 } == ["gone\\nand \\u{1B}[31mfar away"])
    reason.withLock { $0 = nil }
    _ = await collector.collect()
    reason.withLock { $0 = "gone" }
    for _ in 0..<2 { _ = await collector.collect() }
    #expect(lines.withLock { $0.last } == "gone" && lines.withLock { $0.count } == 2)
  }

  @Test("waits once for what hangs, and shows it again when it has answered")
  func hangsOnce() async throws {
    let (obstacle, visits) = (DispatchSemaphore(value: 0), Shared(0))
    let collector = FilesystemCollector(
      ["/hangs"], within: .milliseconds(500),
      get: { path in
        visits.withLock { $0 += 1 }
        obstacle.wait()
        return Self.filesystem(path, "EXT4", 1)
      })
    func success() async -> [CollectedSample.Value]? {
      await collector.collect().first { $0.name == "statfs_success" }?.samples.map(\.value)
    }
    // On a machine that is busy the call may not have begun in its time.
    while visits.withLock({ $0 }) == 0 { #expect(await success() == [.number(0)]) }
    let start = ContinuousClock.now
    for _ in 0..<100 { #expect(await success() == [.number(0)]) }
    #expect(ContinuousClock.now - start < .seconds(40))
    #expect(visits.withLock { $0 } == 1)
    for _ in 0..<1000 { obstacle.signal() }
    var shown = await success()
    for _ in 0..<6000 where shown != [.number(1)] {
      try await Task.sleep(for: .milliseconds(10))
      shown = await success()
    }
    #expect(shown == [.number(1)])
  }

  @Test("has the series of others while one hangs, at every scrape")
  func hanging() async throws {
    let obstacle = DispatchSemaphore(value: 0)
    defer { obstacle.signal() }
    let collector = FilesystemCollector(
      ["/", "/hangs"], within: .seconds(3),
      get: { path in
        if path == "/hangs" { obstacle.wait() }
        return Self.filesystem(path, "EXT4", 1)
      })
    for _ in 0..<2 {
      let families = await collector.collect()
      let success = families.first { $0.name == "statfs_success" }?.samples.map(\.value)
      #expect(success == [.number(1), .number(0)])
      #expect(families.first { $0.name == "statfs_files" }?.samples.count == 1)
    }
  }
}

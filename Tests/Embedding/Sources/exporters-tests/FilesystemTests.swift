// Are filesystems shown by their paths, and does one that hangs cost itself only?

import FilesystemExporter
@testable import Filesystems
import Foundation
import MailObservability
import MailObservabilityTesting
import MetricParsing
import Testing

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

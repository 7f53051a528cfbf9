// Which metrics are made of what filesystems say?

public import Filesystems
public import MailObservability

/// Collects the statistics of filesystems by their paths. One that hangs or fails costs its own series only, and
/// `statfs_success` is 0 for it.
public struct FilesystemCollector: Collector {
  /// Its name in `collector_success`.
  public let name = "statfs"
  private let paths: [String]
  private let timeout: Duration
  private let get: @Sendable (String) throws -> Filesystem
  private let log: @Sendable (String) -> Void
  private let calls: BlockingCalls

  /// - Parameters:
  ///   - paths: what is asked for; each once.
  ///   - timeout: how long each is waited for.
  ///   - get: asks for one; may block.
  ///   - log: hears why one has no series.
  public init(
    _ paths: [String], within timeout: Duration = .seconds(2),
    get: @escaping @Sendable (String) throws -> Filesystem = { try Filesystem.get($0) },
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    var seen: Set<String> = []
    self.paths = paths.filter { seen.insert($0).inserted }
    self.timeout = timeout
    self.get = get
    self.log = log
    // So many may hang and leave a thread to each of the others.
    calls = BlockingCalls(limit: paths.count)
  }

  /// What those say that answer in time.
  public func collect() async -> [CollectedFamily] {
    var found: [String: Filesystem] = [:]
    await withTaskGroup(of: (String, Result<Filesystem, any Error>).self) { group in
      for path in paths {
        group.addTask { [get, calls, timeout] in
          do { return (path, .success(try await calls.run(path, within: timeout) { try get(path) })) } catch {
            return (path, .failure(error))
          }
        }
      }
      for await (path, result) in group {
        switch result {
        case .success(let filesystem): found[path] = filesystem
        case .failure(let error): log("\(error)")
        }
      }
    }
    let filesystems = paths.compactMap { found[$0] }
    func gauge(_ name: String, _ help: String, unit: String = "", _ value: (Filesystem) -> UInt64)
      -> CollectedFamily
    {
      CollectedFamily(
        name, .gauge, help: help, unit: unit,
        samples: filesystems.map { CollectedSample(Double(value($0)), ["path": $0.path]) })
    }
    return [
      gauge("statfs_files", "Files that the filesystem may have.", \.files),
      gauge("statfs_free_files", "Files that it may have beside those that it has.", \.freeFiles),
      gauge("statfs_size_bytes", "Size of the filesystem.", unit: "bytes", \.size),
      gauge("statfs_free_bytes", "Free bytes, those for root included.", unit: "bytes", \.free),
      gauge("statfs_available_bytes", "Bytes that are free for everybody.", unit: "bytes", \.available),
      CollectedFamily(
        "statfs_filesystem_info", .info, help: "Types of filesystems.",
        samples: filesystems.map { CollectedSample(.info, ["path": $0.path, "type": $0.type]) }),
      CollectedFamily(
        "statfs_success", .gauge, help: "Whether the filesystem has answered in time.",
        samples: paths.map { CollectedSample(found[$0] == nil ? 0 : 1, ["path": $0]) }),
    ]
  }
}

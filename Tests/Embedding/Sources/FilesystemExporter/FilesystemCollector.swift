// Which metrics are made of what filesystems say?

public import Filesystems
public import MailObservability

/// Collects the statistics of filesystems by their paths. One that hangs or fails costs its own series only, and
/// `statfs_success` is 0 for it. It is waited for once, and not while it goes on hanging: a scraper that waits less than
/// the collector does loses what it scrapes until that has found out.
public struct FilesystemCollector: Collector {
  /// How long a path can be, since a label's value has no more bytes.
  static let longestPath = 1024

  /// Its name in `collector_success`.
  public let name = "statfs"
  private let paths: [String]
  private let timeout: Duration
  private let get: @Sendable (String) throws -> Filesystem
  private let log: @Sendable (String) -> Void
  private let calls: BlockingCalls
  private let states: PathStates

  /// - Parameters:
  ///   - paths: what is asked for; each once. One of more than 1,024 bytes, which no label can have, is left out.
  ///   - timeout: how long each is waited for.
  ///   - get: asks for one; may block.
  ///   - log: hears in a line why one has no series, when that is new; must not block.
  public init(
    _ paths: [String], within timeout: Duration = .seconds(2),
    get: @escaping @Sendable (String) throws -> Filesystem = { try Filesystem.get($0) },
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    // By their bytes: names that look the same are those of two folders.
    var seen: Set<[UInt8]> = []
    self.paths = paths.filter { path in
      guard path.utf8.count <= Self.longestPath else {
        log("a path of \(path.utf8.count) bytes is too long for a label")
        return false
      }
      return seen.insert(Array(path.utf8)).inserted
    }
    self.timeout = timeout
    self.get = get
    self.log = log
    // So many, up to 1,024, may hang and leave a thread to each of the others.
    calls = BlockingCalls(limit: paths.count)
    states = PathStates(count: self.paths.count)
  }

  private struct StillHanging: Error, CustomStringConvertible {
    let description = "has not returned since an earlier scrape"
  }

  private func ask(_ place: Int) async throws -> Filesystem {
    // What is known to hang is not waited for again, or every scrape would be as long as that.
    guard !self.states.hangs(place) else { throw StillHanging() }
    let (path, get, states) = (paths[place], get, states)
    do {
      return try await calls.run(path, within: timeout) {
        states.begin(place)
        defer { states.end(place) }
        return try get(path)
      }
    } catch let error as BlockingCallError {
      states.giveUp(place)
      throw error
    }
  }

  private func tell(_ error: any Error, of place: Int) {
    // Of what still hangs the log has heard.
    guard !(error is StillHanging) else { return }
    // In one line, whatever the path has in it.
    guard let line = CollectedFamily.failed("statfs_success", error).failure, states.isNew(line, of: place)
    else { return }
    log(line)
  }

  /// What those say that answer in time.
  public func collect() async -> [CollectedFamily] {
    var found = [Filesystem?](repeating: nil, count: paths.count)
    await withTaskGroup(of: (Int, Result<Filesystem, any Error>).self) { group in
      for place in paths.indices {
        group.addTask {
          do { return (place, .success(try await ask(place))) } catch { return (place, .failure(error)) }
        }
      }
      for await (place, result) in group {
        switch result {
        case .success(let filesystem):
          found[place] = filesystem
          _ = states.isNew(nil, of: place)
        case .failure(let error): tell(error, of: place)
        }
      }
    }
    let filesystems = found.compactMap { $0 }
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
        samples: zip(paths, found).map { CollectedSample($1 == nil ? 0 : 1, ["path": $0]) }),
    ]
  }
}

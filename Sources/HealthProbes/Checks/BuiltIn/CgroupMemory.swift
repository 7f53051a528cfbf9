// How much memory does the control group of this process use, and how much may it?

import ObservabilityPlatform

/// Reads the memory figures of the process's control group, version 1 or 2. Blocks.
///
/// A limit may be set on any ancestor, and the nearest to being reached is the one that counts, so the way up
/// is walked. Inside a container the path that the kernel names need not exist below the mount; walking up
/// then ends at the mount itself, which is the container's own group.
///
/// Source: Linux Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files"; cgroup-v1/memory.rst.
struct CgroupMemory {
  /// What is put before `/proc` and `/sys`: empty, or a directory of a test.
  let root: String

  init(root: String = "") {
    self.root = root
  }

  /// The files of one version of the interface.
  private struct Interface {
    let mount: String
    let usage: String
    let limit: String
    /// The line of `memory.stat` that says how much the kernel can drop at once.
    let reclaimable: String
  }

  private static let version2 = Interface(
    mount: "/sys/fs/cgroup", usage: "memory.current", limit: "memory.max", reclaimable: "inactive_file")
  private static let version1 = Interface(
    mount: "/sys/fs/cgroup/memory", usage: "memory.usage_in_bytes", limit: "memory.limit_in_bytes",
    reclaimable: "total_inactive_file")

  /// `nil` when there is no control group with a memory controller.
  func read() throws(SystemError) -> MemoryReading? {
    guard let (interface, group) = try ownGroup() else { return nil }
    var nearest: MemoryReading?
    var directory = group
    while true {
      if let reading = try reading(interface, directory) {
        nearest = nearest.map { Self.nearerToLimit($0, reading) } ?? reading
      }
      guard let slash = directory.lastIndex(of: "/") else { break }
      directory = String(directory[..<slash])
    }
    return nearest
  }

  /// The interface that has the memory controller, and the group's path without a trailing slash.
  private func ownGroup() throws(SystemError) -> (Interface, String)? {
    guard let text = try readSmallFile(root + "/proc/self/cgroup") else { return nil }
    var unified: String?
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let path = Self.tidied(fields[2])
      if fields[1].split(separator: ",").contains("memory") { return (Self.version1, path) }
      if fields[0] == "0", fields[1].isEmpty { unified = path }
    }
    return unified.map { (Self.version2, $0) }
  }

  /// A path with `..` names a group outside of what this process can see.
  private static func tidied(_ path: Substring) -> String {
    let parts = path.split(separator: "/")
    return parts.contains("..") ? "" : parts.map { "/" + $0 }.joined()
  }

  private func reading(_ interface: Interface, _ group: String) throws(SystemError) -> MemoryReading? {
    let directory = root + interface.mount + group + "/"
    guard let text = try readSmallFile(directory + interface.usage), let usage = Self.number(text) else {
      return nil
    }
    let limit = try readSmallFile(directory + interface.limit).flatMap(Self.number)
    let reclaimable = try readSmallFile(directory + "memory.stat").flatMap { stat in
      for line in stat.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2, words[0] == interface.reclaimable { return UInt64(words[1]) }
      }
      return nil
    }
    return MemoryReading(
      workingSetBytes: usage - min(usage, reclaimable ?? 0),
      // Version 1 says "no limit" with the largest number of whole pages.
      limitBytes: limit.flatMap { $0 >= 1 << 60 ? nil : $0 })
  }

  /// "max" is no number, and no limit.
  private static func number(_ text: String) -> UInt64? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
  }

  private static func nearerToLimit(_ inner: MemoryReading, _ outer: MemoryReading) -> MemoryReading {
    guard let outerLimit = outer.limitBytes else { return inner }
    guard let innerLimit = inner.limitBytes else { return outer }
    let innerPart = Double(inner.workingSetBytes) / Double(max(innerLimit, 1))
    let outerPart = Double(outer.workingSetBytes) / Double(max(outerLimit, 1))
    return outerPart > innerPart ? outer : inner
  }
}

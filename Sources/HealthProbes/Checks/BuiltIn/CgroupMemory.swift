// How much memory does the control group of this process use, and how much may it?

import ObservabilityPlatform

/// Reads the memory figures of the process's control group, version 1 or 2. Blocks.
///
/// A limit may be set on any ancestor, and the nearest to being reached is the one that counts, so the way up
/// is walked as far as it can be seen. Version 1 also says what ancestors outside of the container allow.
///
/// Source: Linux Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files"; cgroup-v1/memory.rst.
struct CgroupMemory {
  /// What is put before `/proc` and `/sys`: empty, or a directory of a test.
  let root: String

  init(root: String = "") {
    self.root = root
  }

  /// The figures of the group or ancestor that is nearest to its limit; `nil` when there is no control group
  /// with a memory controller.
  func read() throws(SystemError) -> MemoryReading? {
    var nearest: MemoryReading?
    for group in try CgroupMounts(root: root).groups(of: "memory") {
      for directory in group.directories {
        if let reading = try reading(group.version, directory) {
          nearest = nearest?.nearer(reading) ?? reading
        }
      }
    }
    return nearest
  }

  private func reading(_ version: CgroupVersion, _ group: String) throws(SystemError) -> MemoryReading? {
    let directory = root + group + "/"
    guard let usage = try number(directory + version.usage) else { return nil }
    var limits = [try number(directory + version.limit)]
    var cache: UInt64 = 0
    for line in try readSmallFile(directory + "memory.stat")?.split(separator: "\n") ?? [] {
      let words = line.split(separator: " ")
      guard words.count == 2, let value = UInt64(words[1]) else { continue }
      if words[0] == version.inheritedLimit ?? "" { limits.append(value) }
      // The kernel drops both before it kills anything: the active part is what was read more than once, such
      // as mail that is fetched often.
      if words[0] == version.inactiveCache || words[0] == version.activeCache {
        cache = cache.addingReportingOverflow(value).overflow ? .max : cache + value
      }
    }
    let used = usage - min(usage, cache)
    var high: UInt64?
    if let throttle = version.throttle { high = try number(directory + throttle) }
    return MemoryReading(
      workingSetBytes: used,
      // Version 1 says "no limit" with the largest number of whole pages.
      limitBytes: limits.compactMap { $0 }.filter { $0 < 1 << 60 }.min(),
      throttle: high.map { MemoryReading.Throttle(usedBytes: used, aboveBytes: $0) })
  }

  /// "max" is no number, and no limit.
  private func number(_ path: String) throws(SystemError) -> UInt64? {
    try readSmallFile(path)?.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
  }
}

/// The files of one version of the interface, and the lines of its `memory.stat`.
extension CgroupVersion {
  var usage: String { self == .one ? "memory.usage_in_bytes" : "memory.current" }
  var limit: String { self == .one ? "memory.limit_in_bytes" : "memory.max" }
  /// Above this the kernel takes memory back and slows the group down, and kills nothing.
  var throttle: String? { self == .one ? nil : "memory.high" }
  var inactiveCache: String { self == .one ? "total_inactive_file" : "inactive_file" }
  var activeCache: String { self == .one ? "total_active_file" : "active_file" }
  /// The least limit of the group and its ancestors.
  var inheritedLimit: String? { self == .one ? "hierarchical_memory_limit" : nil }
}

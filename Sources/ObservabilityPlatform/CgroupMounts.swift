// Where are the files of the control groups that this process is in?

/// Finds the control groups of the process in the file system: version 1, version 2, or both beside each
/// other (hybrid), in a container or not. Blocks.
///
/// What the kernel names is a path from the root of the hierarchy, and a mount may show only what is below a
/// part of it, so the mount's own root is taken off.
///
/// Source: Linux Documentation/admin-guide/cgroup-v2.rst, "Mounting" and "Namespace"; proc_pid_mountinfo(5).
package struct CgroupMounts {
  /// What is put before `/proc`: empty, or a directory of a test.
  private let root: String

  package init(root: String) { self.root = root }

  /// A group that may have a controller.
  package struct Group {
    package let version: CgroupVersion
    /// Where the hierarchy is mounted.
    let mount: String
    /// The group below the mount, without a trailing slash. Need not exist: then the nearest above that does
    /// is the one that this process can see.
    let path: String

    /// The directory of the group, then of each above it as far as the mount, without trailing slashes.
    package var directories: [String] {
      var directories: [String] = []
      var path = path
      while true {
        directories.append(mount + path)
        guard let slash = path.lastIndex(of: "/") else { return directories }
        path = String(path[..<slash])
      }
    }
  }

  private struct Mount {
    let version: CgroupVersion
    let point: String
    let root: String
  }

  /// Where they are on most systems: what to try when the mounts cannot be read.
  private static func usual(_ controller: String) -> [Mount] {
    [
      Mount(version: .one, point: "/sys/fs/cgroup/\(controller)", root: ""),
      Mount(version: .two, point: "/sys/fs/cgroup", root: ""),
      Mount(version: .two, point: "/sys/fs/cgroup/unified", root: ""),
    ]
  }

  /// The groups in which a controller may rule over the process: of version 1 where it is mounted there, and of version 2.
  ///
  /// - Parameter controller: its name in version 1, such as `memory`.
  package func groups(of controller: String) throws(SystemError) -> [Group] {
    let paths = try ownPaths(controller)
    let found = try mounts(controller)
    var groups: [Group] = []
    for (version, path) in paths {
      let mounts = (found.isEmpty ? Self.usual(controller) : found).filter { $0.version == version }
      let own = mounts.compactMap { mount in
        Self.part(of: path, below: mount.root).map {
          Group(version: version, mount: mount.point, path: $0)
        }
      }
      // A mount of some other part is that of the container itself, seen from a namespace that is not its
      // own.
      groups +=
        own.isEmpty ? mounts.prefix(1).map { Group(version: version, mount: $0.point, path: "") } : own
    }
    return groups
  }

  /// The paths of the process's groups, by version, without a trailing slash.
  private func ownPaths(_ controller: String) throws(SystemError) -> [(CgroupVersion, String)] {
    guard let text = try readSmallFile(root + "/proc/self/cgroup") else { return [] }
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      if fields[1].split(separator: ",").contains(controller[...]) { return (.one, Self.tidied(fields[2])) }
      return fields[0] == "0" && fields[1].isEmpty ? (.two, Self.tidied(fields[2])) : nil
    }
  }

  private func mounts(_ controller: String) throws(SystemError) -> [Mount] {
    guard let text = try readSmallFile(root + "/proc/self/mountinfo", limit: 4 << 20) else { return [] }
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
      let version: CgroupVersion
      switch fields[dash + 1] {
      case "cgroup" where fields[dash + 3].split(separator: ",").contains(controller[...]): version = .one
      case "cgroup2": version = .two
      default: return nil
      }
      return Mount(
        version: version, point: Self.unescaped(fields[4]),
        root: Self.tidied(Substring(Self.unescaped(fields[3]))))
    }
  }

  private static func part(of path: String, below root: String) -> String? {
    if root.isEmpty { return path }
    if path == root { return "" }
    return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : nil
  }

  /// A path with `..` names a group outside of what this process can see.
  private static func tidied(_ path: Substring) -> String {
    let parts = path.split(separator: "/")
    return parts.contains("..") ? "" : parts.map { "/" + $0 }.joined()
  }

  /// Blanks and the like stand as `\040`, three octal digits.
  private static func unescaped(_ text: Substring) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let digits = bytes[min(index + 1, bytes.count)..<min(index + 4, bytes.count)]
      if bytes[index] == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        result.append(value)
        index += 4
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// A version of the interface of control groups.
package enum CgroupVersion: Sendable {
  case one
  case two
}

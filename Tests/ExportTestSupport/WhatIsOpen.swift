// Which threads and descriptors does this process have?

#if os(Linux)
  import ObservabilityPlatform

  /// How many threads there are, and how many descriptors of each kind, such as `socket` and `anon_inode`.
  package func whatIsOpen() -> [String: Int] {
    var counts = ["threads": 0]
    forEach(of: "/proc/self/task") { _ in counts["threads", default: 0] += 1 }
    forEach(of: "/proc/self/fd") { name in
      var bytes = [UInt8](repeating: 0, count: 256)
      let length = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { readlink("/proc/self/fd/\(name)", $0, buffer.count) } ?? -1
      }
      guard length > 0 else { return }
      let kind = String(
        decoding: bytes.prefix(length).prefix { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "-") },
        as: UTF8.self)
      counts[kind, default: 0] += 1
    }
    return counts
  }

  private func forEach(of folder: String, _ body: (String) -> Void) {
    guard let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      body(name)
    }
  }
#endif

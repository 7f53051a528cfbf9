// How many descriptors are open, and how many may be?

import ObservabilityPlatform

/// Open descriptors against the soft limit.
struct DescriptorReading: Sendable, Hashable {
  /// Descriptors that are open now.
  let open: UInt64
  /// The soft limit; `nil` when it is unlimited.
  let limit: UInt64?
}

extension DescriptorReading {
  /// Counts the open descriptors of this process. Blocks.
  static func read() throws(SystemError) -> DescriptorReading {
    #if os(Linux) || os(Android)
      let directory = "/proc/self/fd"
    #else
      let directory = "/dev/fd"
    #endif
    var limits = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    #else
      let code = getrlimit(RLIMIT_NOFILE, &limits)
    #endif
    guard code == 0 else { throw SystemError(code: errno, action: "getrlimit") }

    // With none left this fails with EMFILE, which is the right reason.
    guard let entries = opendir(directory) else {
      throw SystemError(code: errno, action: "open \(directory)")
    }
    defer { closedir(entries) }
    var count: UInt64 = 0
    while readdir(entries) != nil { count += 1 }
    // Not ".", "..", and the descriptor of the directory itself.
    let open = count - min(count, 3)
    // The largest value is RLIM_INFINITY on Linux, half of it on macOS.
    let soft = UInt64(limits.rlim_cur)
    return DescriptorReading(open: open, limit: soft >= UInt64(Int64.max) ? nil : soft)
  }
}

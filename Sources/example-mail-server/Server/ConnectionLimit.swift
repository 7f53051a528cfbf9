// How many sessions can there be, so that the metrics listener always finds a descriptor for a probe?

import ObservabilityPlatform

enum ConnectionLimit {
  /// Kept free of mail sessions: listeners, event loops, relaying, files, and above all scrapes and probes.
  /// A probe that finds no descriptor would have a healthy server restarted.
  static let reserve = 64

  /// What one of `protocols` may use: as wanted, or as much as the process can afford.
  static func sessions(wanted: Int, protocols: Int, descriptors: Int) -> Int {
    min(wanted, max(4, (descriptors - reserve) / max(1, protocols)))
  }

  /// How many descriptors this process may have, after it asked for what it may ask for.
  static func raisedDescriptorLimit() -> Int {
    var limits = rlimit()
    guard limit(&limits) == 0 else { return 256 }
    if limits.rlim_cur < limits.rlim_max {
      var raised = limits
      // macOS refuses more than OPEN_MAX.
      raised.rlim_cur = min(limits.rlim_max, 10_240)
      if raised.rlim_cur > limits.rlim_cur, setLimit(&raised) == 0 { limits = raised }
    }
    return Int(clamping: limits.rlim_cur)
  }

  private static func limit(_ limits: inout rlimit) -> Int32 {
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    #else
      getrlimit(RLIMIT_NOFILE, &limits)
    #endif
  }

  private static func setLimit(_ limits: inout rlimit) -> Int32 {
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    #else
      setrlimit(RLIMIT_NOFILE, &limits)
    #endif
  }
}

// What do the files of a control group say about its processor time, its memory and who waits for them?

/// Source: Linux, Documentation/admin-guide/cgroup-v2.rst; Documentation/scheduler/sched-bwc.rst; accounting/psi.rst.
enum CgroupText {
  /// The processors of `cpu.max`: the quota, then the period. Nil without a limit.
  static func cores(_ text: KernelText) -> Double? {
    var text = text
    guard var line = text.takeLine(), let quota = line.takeWord()?.number,
      let period = line.takeWord()?.number
    else { return nil }
    return cores(quota: quota, period: period)
  }

  static func cores(quota: UInt64, period: UInt64) -> Double? {
    quota > 0 && period > 0 ? Double(quota) / Double(period) : nil
  }

  /// How often and how long a group was kept from running because it had used up its quota.
  struct Throttling: Equatable {
    var periods: UInt64?
    var throttledPeriods: UInt64?
    var throttledSeconds: Double?
  }

  /// What `cpu.stat` says of either version: microseconds in the second, nanoseconds in the first.
  static func throttling(_ text: KernelText) -> Throttling {
    var text = text
    var throttling = Throttling()
    while var line = text.takeLine() {
      guard let name = line.takeWord(), let value = line.takeWord()?.number else { continue }
      if name == "nr_periods" { throttling.periods = value }
      if name == "nr_throttled" { throttling.throttledPeriods = value }
      if name == "throttled_usec" { throttling.throttledSeconds = Double(value) / 1e6 }
      if name == "throttled_time" { throttling.throttledSeconds = Double(value) / 1e9 }
    }
    return throttling
  }

  /// Of `memory.stat`, what counts against a limit and is dropped before it is reached, and what the groups above allow.
  struct MemoryStat: Equatable {
    var pageCache: UInt64?
    /// Of version 1 only.
    var inheritedLimit: UInt64?
  }

  static func memoryStat(_ text: KernelText, isFirstVersion: Bool) -> MemoryStat {
    var text = text
    var (inactive, active, limit): (UInt64?, UInt64?, UInt64?) = (nil, nil, nil)
    while var line = text.takeLine() {
      guard let name = line.takeWord(), let value = line.takeWord()?.number else { continue }
      if isFirstVersion {
        if name == "total_inactive_file" { inactive = value }
        if name == "total_active_file" { active = value }
        if name == "hierarchical_memory_limit" { limit = value }
      } else {
        if name == "inactive_file" { inactive = value }
        if name == "active_file" { active = value }
      }
    }
    var cache: UInt64?
    if let inactive, let active {
      let (sum, isTooLarge) = inactive.addingReportingOverflow(active)
      cache = isTooLarge ? nil : sum
    }
    return MemoryStat(pageCache: cache, inheritedLimit: limit)
  }

  /// How long some, and all, of a group's tasks waited for something, in seconds.
  struct Pressure: Equatable {
    var some: Double?
    var full: Double?
  }

  static func pressure(_ text: KernelText) -> Pressure {
    var text = text
    var pressure = Pressure()
    while var line = text.takeLine() {
      guard let kind = line.takeWord() else { continue }
      while let word = line.takeWord() {
        guard let microseconds = word.behind("total=")?.number else { continue }
        if kind == "some" { pressure.some = Double(microseconds) / 1e6 }
        if kind == "full" { pressure.full = Double(microseconds) / 1e6 }
      }
    }
    return pressure
  }
}

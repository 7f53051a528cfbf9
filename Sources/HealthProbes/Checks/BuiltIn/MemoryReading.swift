// How much memory does the process use, and how much may it?

/// Memory of the control group against its limits.
struct MemoryReading: Sendable, Hashable {
  /// Use against the amount above which the kernel slows the group down.
  struct Throttle: Sendable, Hashable {
    let usedBytes: UInt64
    let aboveBytes: UInt64
  }

  /// Bytes in use without the page cache, which the kernel drops before it kills anything.
  let workingSetBytes: UInt64
  /// The limit in bytes; `nil` without one.
  let limitBytes: UInt64?
  /// Of the group or another one above or below it; `nil` where nothing slows it down.
  var throttle: Throttle?

  init(workingSetBytes: UInt64, limitBytes: UInt64?, throttle: Throttle? = nil) {
    self.workingSetBytes = workingSetBytes
    self.limitBytes = limitBytes
    self.throttle = throttle
  }

  /// Of this group and one above it, the limit that is nearer to being reached, and the throttle that is.
  func nearer(_ outer: MemoryReading) -> MemoryReading {
    func part(_ used: UInt64, _ limit: UInt64?) -> Double {
      limit.map { Double(used) / Double(max($0, 1)) } ?? -1
    }
    let isOuterNearer = part(outer.workingSetBytes, outer.limitBytes) > part(workingSetBytes, limitBytes)
    var nearest = isOuterNearer ? outer : self
    nearest.throttle = [throttle, outer.throttle].compactMap { $0 }.max {
      part($0.usedBytes, $0.aboveBytes) < part($1.usedBytes, $1.aboveBytes)
    }
    return nearest
  }
}

// What does the process use, asked so often that the answer must cost next to nothing?

import CObservabilityShims
import ObservabilityPlatform

/// Figures that the kernel has at hand: none of them is counted up, so that a loop may ask. NaN for what it does not tell.
package struct ProcessPulse: Sendable {
  package init() {}

  /// Of all threads, those that have ended included, in seconds.
  package var processorSeconds: Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .nan }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The memory that is resident, in bytes.
  package var residentBytes: Double {
    #if os(Linux) || os(Android)
      guard let text = try? readSmallFile("/proc/self/statm", limit: 256) else { return .nan }
      let fields = text.split(separator: " ", maxSplits: 2)
      guard fields.count > 1, let pages = Double(fields[1]) else { return .nan }
      return pages * Double(getpagesize())
    #else
      return .nan
    #endif
  }

  /// Open descriptors, where the kernel has their number (Linux 6.2 and later).
  package var descriptors: Double {
    #if os(Linux) || os(Android)
      var status = stat()
      guard stat("/proc/self/fd", &status) == 0, status.st_size > 0 else { return .nan }
      return Double(status.st_size)
    #else
      return .nan
    #endif
  }

  /// How many descriptors there may be; infinite without a limit.
  package var descriptorLimit: Double { ProcessReader.limit(RLIMIT_NOFILE) ?? .nan }
}

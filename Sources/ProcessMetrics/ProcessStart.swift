// When has this process started?

import ObservabilityPlatform

/// The time of the start, computed once: the kernel derives the system's start from the clock, so that it moves with it, and
/// a start that moves is taken for a restart.
final class ProcessStart: Sendable {
  /// For all collectors of this process.
  static let ofThisProcess = ProcessStart()

  private let known = Locked<(process: pid_t, seconds: Double)?>(nil)

  /// - Parameters:
  ///   - process: who asks; a forked process has a start of its own.
  ///   - read: computes it, in seconds since 1970; asked again as long as it cannot.
  func seconds(of process: pid_t, read: () -> Double?) -> Double? {
    if let known = known.withLock({ $0 }), known.process == process { return known.seconds }
    guard let seconds = read() else { return nil }
    return known.withLock { known in
      if let known, known.process == process { return known.seconds }
      known = (process, seconds)
      return seconds
    }
  }
}

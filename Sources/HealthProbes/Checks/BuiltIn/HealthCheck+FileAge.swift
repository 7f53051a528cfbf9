// Has a file not been renewed for too long?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the time since a file was last modified: a backup, a block list, a feed.
  ///
  /// A file that does not exist is a failure; one from the future is new. By default it takes part in no
  /// probe but `health`, and only degrades.
  ///
  /// - Parameters:
  ///   - warnAfter: the age from which on it warns.
  ///   - failAfter: the age from which on it fails, not below `warnAfter`.
  /// - Throws: ``HealthError`` when the name, the path or a limit makes no sense.
  public static func fileAge(
    _ name: String,
    path: String,
    warnAfter: Duration,
    failAfter: Duration,
    settings: Settings = Settings(probes: [], period: .seconds(60), impact: .degrades)
  ) throws(HealthError) -> HealthCheck {
    try validatePath(path, for: name)
    guard warnAfter >= .zero, warnAfter <= failAfter else {
      throw HealthError(.invalidSetting, of: name, "it has to warn before it fails")
    }
    return try HealthCheck(
      name, settings, on: .fileSystems, key: path,
      blocking: {
        let modified = try modificationTime(of: path)
        return HealthObservation(
          judgeFile(path, modified: modified, now: WallClock.now, warnAfter, failAfter))
      })
  }
}

func judgeFile(
  _ path: String, modified: Duration, now: Duration, _ warnAfter: Duration, _ failAfter: Duration
) -> HealthResult {
  // A file's time can be any number of seconds; the age of one from the beginning of all numbers would trap.
  let limit = HealthCheck.Settings.longest * 1000
  let age = max(now - max(modified, .zero - limit), .zero)
  if age < warnAfter { return .pass }
  let text = "\(path) was modified \(age.brief) ago"
  return age >= failAfter ? .fail(text) : .warn(text)
}

/// The time since 1970 at which a file was last modified. Blocks.
func modificationTime(of path: String) throws(SystemError) -> Duration {
  var status = stat()
  guard stat(path, &status) == 0 else { throw SystemError(code: errno, action: "stat \(path)") }
  #if canImport(Darwin)
    let time = status.st_mtimespec
  #else
    let time = status.st_mtim
  #endif
  return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
}

// Which program is this, and from which source was it built?

public import MetricInstruments

/// The families of group ``MetricGroup/build``.
public struct BuildMetrics: Sendable {
  /// Version, revision and compiler of the program.
  public let info: InfoMetric
  /// When the program's source was last changed, in seconds since 1970; absent until set.
  public let sourceTimestamp: Gauge
  /// What the host has said of itself.
  let version: String
  let revision: String

  init(_ registry: Registry, version: String, revision: String) throws(RegistrationError) {
    self.version = version
    self.revision = revision
    info = try registry.info(
      "build_info", help: "Version, revision and compiler of the program.",
      ["version": version, "revision": revision, "swift": BuildMetrics.swiftVersion])
    sourceTimestamp = try registry.register(
      .gauge(
        "source_timestamp_seconds", help: "When the program's source was last changed, in Unix time.",
        unit: "seconds", absentUntilSet: true))
  }

  /// The language version that the compiler had at least.
  static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}

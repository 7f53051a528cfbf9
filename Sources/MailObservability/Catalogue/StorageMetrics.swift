// What the mail store and the program itself record.

public import MetricInstruments

/// The families of group ``MetricGroup/storage``.
public struct StorageMetrics: Sendable {
  /// Mailboxes in the store.
  public let mailboxes: Gauge
  /// Messages in the store.
  public let messages: Gauge
  /// Size of the store, in bytes.
  public let bytes: Gauge
  /// Duration of an operation, in seconds.
  public let operationDuration: ClosedFamily<Histogram, StorageOperation>

  init(_ registry: Registry) throws(RegistrationError) {
    mailboxes = try registry.register(.gauge("mailboxes", help: "Mailboxes in the store."))
    messages = try registry.register(.gauge("messages", help: "Messages in the store."))
    bytes = try registry.register(.gauge("storage_bytes", help: "Size of the store.", unit: "bytes"))
    operationDuration = try registry.register(
      .histogram(
        "storage_operation_duration_seconds", help: "Duration of a storage operation, by operation.",
        unit: "seconds"), by: ("operation", StorageOperation.self))
  }
}

/// The families of group ``MetricGroup/build``.
public struct BuildMetrics: Sendable {
  /// Version, revision and compiler of the program.
  public let info: InfoMetric
  /// When the program's source was last changed, in seconds since 1970; absent until set.
  public let sourceTimestamp: Gauge

  init(_ registry: Registry, version: String, revision: String) throws(RegistrationError) {
    info = try registry.info(
      "build_info", help: "Version, revision and compiler of the program.",
      ["version": version, "revision": revision, "swift": BuildMetrics.swiftVersion])
    sourceTimestamp = try registry.register(
      .gauge(
        "source_timestamp_seconds", help: "When the program's source was last changed, in Unix time.",
        unit: "seconds", absentUntilSet: true))
  }

  /// The language version that the compiler had at least.
  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}

/// What is done with the store.
public enum StorageOperation: String, ClosedLabel {
  case read, write, delete, list, search, sync, other
}

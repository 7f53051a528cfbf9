// What does the mail store record?

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

/// What is done with the store.
public enum StorageOperation: String, ClosedLabel {
  case read, write, delete, list, search, sync, other
}

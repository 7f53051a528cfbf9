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

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    mailboxes = try registry.register(.gauge("mailboxes", help: "Mailboxes in the store."))
    messages = try registry.register(.gauge("messages", help: "Messages in the store."))
    bytes = try registry.register(.gauge("storage_bytes", help: "Size of the store.", unit: "bytes"))
    operationDuration = try registry.register(
      .histogram(
        "storage_operation_duration_seconds", help: "Duration of a storage operation, by operation.",
        unit: "seconds", buckets: buckets.storageOperation), by: ("operation", StorageOperation.self))
  }
}

/// What is done with the store.
public enum StorageOperation: String, ClosedLabel {
  /// A message or a part of it is read.
  case read
  /// A message is added or its flags are changed.
  case write
  /// A message is removed, an expunge included.
  case delete
  /// Mailboxes or the messages of one are listed.
  case list
  /// Messages are looked for by their content or their headers.
  case search
  /// What was written is made durable, as by `fsync`.
  case sync
  /// Anything else, such as renaming a mailbox.
  case other
}

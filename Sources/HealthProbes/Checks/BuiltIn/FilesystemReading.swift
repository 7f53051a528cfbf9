// Which figures does a built-in check find on its way, so that gauges can be fed without reading them again?

/// The figures behind the last result of a built-in check.
public enum HealthReading: Sendable, Hashable {
  /// Of ``HealthCheck/diskSpace(_:path:warnBelow:failBelow:failBelowBytes:settings:)``.
  case filesystem(FilesystemReading)
  /// Of ``HealthCheck/memory(_:warnAbove:failAbove:settings:)``.
  case memory(MemoryReading)
  /// Of ``HealthCheck/descriptors(_:warnAbove:failAbove:settings:)``.
  case descriptors(DescriptorReading)
}

/// Space and inodes of the file system that holds a path.
public struct FilesystemReading: Sendable, Hashable {
  /// The path as it was configured.
  public let path: String
  /// Bytes that a process without privileges can still write.
  public let availableBytes: UInt64
  /// Bytes of the whole file system.
  public let sizeBytes: UInt64
  /// Inodes that a process without privileges can still create; `nil` where the file system does not count
  /// them.
  public let availableFiles: UInt64?
  /// Inodes of the whole file system; `nil` where the file system does not count them.
  public let totalFiles: UInt64?

  package init(
    path: String, availableBytes: UInt64, sizeBytes: UInt64, availableFiles: UInt64?, totalFiles: UInt64?
  ) {
    self.path = path
    self.availableBytes = availableBytes
    self.sizeBytes = sizeBytes
    self.availableFiles = availableFiles
    self.totalFiles = totalFiles
  }
}

/// Memory of the control group against its limit.
public struct MemoryReading: Sendable, Hashable {
  /// Bytes in use without the page cache that the kernel can drop at once, as the kubelet counts them.
  public let workingSetBytes: UInt64
  /// The limit in bytes; `nil` without one.
  public let limitBytes: UInt64?

  package init(workingSetBytes: UInt64, limitBytes: UInt64?) {
    self.workingSetBytes = workingSetBytes
    self.limitBytes = limitBytes
  }
}

/// Open descriptors against the soft limit.
public struct DescriptorReading: Sendable, Hashable {
  /// Descriptors that are open now.
  public let open: UInt64
  /// The soft limit; `nil` when it is unlimited.
  public let limit: UInt64?

  package init(open: UInt64, limit: UInt64?) {
    self.open = open
    self.limit = limit
  }
}

// How much space and how many inodes are left in a file system?

import ObservabilityPlatform

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
}

extension FilesystemReading {
  /// Reads the figures of the file system that holds `path`. May block for ever.
  static func read(_ path: String) throws(SystemError) -> FilesystemReading {
    var status = statvfs()
    while statvfs(path, &status) != 0 {
      guard errno == EINTR else { throw SystemError(code: errno, action: "statvfs \(path)") }
    }
    func bytes(_ blocks: UInt64) -> UInt64 {
      // Some file systems in user space fill in only one of the two.
      let size = UInt64(status.f_frsize > 0 ? status.f_frsize : status.f_bsize)
      let (product, overflow) = blocks.multipliedReportingOverflow(by: size)
      return overflow ? .max : product
    }
    let countsFiles = status.f_files > 0
    return FilesystemReading(
      path: path,
      availableBytes: bytes(UInt64(status.f_bavail)),
      sizeBytes: bytes(UInt64(status.f_blocks)),
      availableFiles: countsFiles ? UInt64(status.f_favail) : nil,
      totalFiles: countsFiles ? UInt64(status.f_files) : nil)
  }
}

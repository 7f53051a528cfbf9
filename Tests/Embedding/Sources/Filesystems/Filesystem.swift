// What does a mounted filesystem say of itself?

/// The statistics of the filesystem that is mounted at a path.
public struct Filesystem: Sendable, Hashable, CustomStringConvertible {
  /// Why there are none.
  public struct StatError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was wrong.
    public let description: String
  }

  /// The path that was asked for.
  public var path: String
  /// The type of the filesystem, such as `EXT4`; one that has no name here by its number, such as `0x1234`.
  public var type: String
  /// How many files there may be, and how many more than there are; 0 where a filesystem does not say.
  public var files, freeFiles: UInt64
  /// The bytes of all blocks, of those that are free, and of those that are free for everybody.
  public var size, free, available: UInt64

  /// Statistics.
  public init(
    path: String, type: String, files: UInt64, freeFiles: UInt64, size: UInt64, free: UInt64,
    available: UInt64
  ) {
    self.path = path
    self.type = type
    self.files = files
    self.freeFiles = freeFiles
    self.size = size
    self.free = free
    self.available = available
  }

  /// Asks the system. Blocks, on a mount whose server is gone for as long as that.
  public static func get(_ path: String) throws(StatError) -> Filesystem { try statfsOfThisSystem(path) }

  /// The number of files in a line for people.
  public var description: String { "\(path) (\(type)): \(files) files" }
}

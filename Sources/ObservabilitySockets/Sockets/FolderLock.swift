// How do processes that put a Unix socket into one folder keep out of each other's way?

import ObservabilityPlatform

/// A lock on the folder of a path, of flock(2), which leaves no file behind. Between binding and listening a socket looks
/// like one that somebody has left behind: without the lock two servers that start at once would each remove the other's.
struct FolderLock {
  private let descriptor: Int32

  private static let attempts = 100
  private static let pauseMicroseconds: UInt32 = 5000

  /// Locks the folder until `release()`; a folder that cannot be opened is nobody's to lock.
  ///
  /// - Throws: `SocketError` when another process keeps it for half a second.
  init(ofPath path: String) throws(SocketError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    for attempt in 1...Self.attempts {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      if attempt < Self.attempts { usleep(Self.pauseMicroseconds) }
    }
    systemClose(descriptor)
    throw SocketError(
      .systemCall, "binding to unix:\(path): another process keeps \(folder) locked", errno: EWOULDBLOCK)
  }

  func release() { if descriptor >= 0 { systemClose(descriptor) } }
}

// How do processes that put a Unix socket into one folder keep out of each other's way?

import ObservabilityPlatform

/// A lock on the folder of a path, of flock(2), which leaves no file behind. Between binding and listening a socket looks
/// like one that somebody has left behind: without the lock two servers that start at once would each remove the other's.
struct FolderLock {
  private let descriptor: Int32

  private static let attempts = 100
  private static let pauseMicroseconds: UInt32 = 5000

  /// Locks the folder until `release()`; a folder that cannot be opened is nobody's to lock. Whoever may read a folder
  /// may lock it for as long as they like, and some do, to keep its files from being tidied up: one that is kept for
  /// half a second is not kept by a server that binds, and is done without.
  init(ofPath path: String) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    for attempt in 1...Self.attempts {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      if attempt < Self.attempts { usleep(Self.pauseMicroseconds) }
    }
  }

  func release() { if descriptor >= 0 { systemClose(descriptor) } }
}

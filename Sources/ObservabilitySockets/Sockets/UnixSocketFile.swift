// When may a Unix socket's file be removed?

import ObservabilityPlatform
import CObservabilityShims

/// The file that binding a Unix-domain socket has made. It is removed only while it is still that very
/// file: a successor that has replaced it keeps its own.
struct UnixSocketFile: Sendable {
  let path: String
  private let device: UInt64
  private let inode: UInt64

  init?(_ path: String) {
    guard let status = Self.status(path) else { return nil }
    self.path = path
    (device, inode) = Self.identity(status)
  }

  func remove() {
    guard let status = Self.status(path), Self.identity(status) == (device, inode) else { return }
    unlink(path)
  }

  /// Sets the permissions; the error number when the system refuses.
  func setMode(_ mode: UInt16) -> Int32? {
    guard let status = Self.status(path), Self.identity(status) == (device, inode) else { return ENOENT }
    return chmod(path, mode_t(mode)) == 0 ? nil : errno
  }

  /// Removes a socket file on which nobody listens any more.
  static func removeStale(_ path: String) throws(SocketError) {
    guard let status = status(path) else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SocketError(
        .systemCall, "binding to unix:\(path): the path exists and is no socket", errno: EADDRINUSE)
    }
    let fd = mailobs_socket(AF_UNIX)
    guard fd >= 0 else { throw .systemCall("making a socket for unix:\(path)", errno: -fd) }
    defer { systemClose(fd) }
    let refused = SocketAddress.unix(path: path).withSystemAddress { address, length in
      connect(fd, address, length) != 0 && errno == ECONNREFUSED
    }
    guard refused else {
      throw SocketError(
        .systemCall, "binding to unix:\(path): another server listens there", errno: EADDRINUSE)
    }
    unlink(path)
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  private static func identity(_ status: stat) -> (UInt64, UInt64) {
    (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
  }
}

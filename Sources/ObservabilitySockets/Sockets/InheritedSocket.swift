// Which listening sockets has the process been given at its start? (sd_listen_fds(3))

import CObservabilityShims
import ObservabilityPlatform

/// A socket that systemd, or who does as it does, has bound for this process.
package struct InheritedSocket: Sendable, Hashable {
  /// What the socket unit calls it (`FileDescriptorName=`).
  package let name: String
  let descriptor: Int32

  package init(name: String, descriptor: Int32) {
    self.name = name
    self.descriptor = descriptor
  }

  /// The number of the first one.
  static let first: Int32 = 3
  /// More than this many are not believed in.
  static let most: Int32 = 1024

  /// The sockets of a name: several when its unit listens at several addresses.
  ///
  /// The environment is left as it is, and so are the sockets of other names: they are the host's.
  ///
  /// - Parameters:
  ///   - variable: a variable of the environment.
  ///   - process: the number of this process.
  /// - Throws: `SocketError` (`invalidAddress`) that says why there is none.
  package static func named(
    _ name: String, process: Int32 = getpid(),
    variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) throws(SocketError) -> [InheritedSocket] {
    func missing(_ reason: String) -> SocketError {
      SocketError(.invalidAddress, "no socket is inherited as \"systemd:\(name)\": \(reason)")
    }
    guard let owner = variable("LISTEN_PID"), let count = variable("LISTEN_FDS") else {
      throw missing("LISTEN_PID and LISTEN_FDS are not set, so no socket unit has started this process")
    }
    guard let owner = Int32(owner), owner == process else {
      throw missing("LISTEN_PID is \"\(owner)\", and this process is \(process)")
    }
    guard let count = Int32(count), (1...most).contains(count) else {
      throw missing("LISTEN_FDS is \"\(count)\", not a number from 1 to \(most)")
    }
    // sd_listen_fds_with_names(3): without names all are "unknown".
    let names =
      variable("LISTEN_FDNAMES").map {
        $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      }
      ?? Array(repeating: "unknown", count: Int(count))
    guard names.count == Int(count) else {
      throw missing("LISTEN_FDNAMES has \(names.count) names for \(count) sockets")
    }
    let found = names.enumerated().filter { $0.element == name }
    guard !found.isEmpty else { throw missing("the names are \(names.joined(separator: ", "))") }
    return found.map { InheritedSocket(name: name, descriptor: first + Int32($0.offset)) }
  }

  /// A duplicate that does not block and is closed when another program is executed, as the original is from now on.
  ///
  /// - Throws: `SocketError` when it is no stream socket that listens.
  func duplicate() throws(SocketError) -> Int32 {
    let shown = "the descriptor \(descriptor), inherited as \"systemd:\(name)\","
    func option(_ option: Int32) -> Int32? {
      var value: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }
    guard fcntl(descriptor, F_GETFD) >= 0 else { throw SocketError(.invalidAddress, "\(shown) is not open") }
    guard let type = option(SO_TYPE) else { throw SocketError(.invalidAddress, "\(shown) is no socket") }
    guard type == Self.streamType else {
      throw SocketError(.invalidAddress, "\(shown) is no stream socket (ListenStream=)")
    }
    guard option(SO_ACCEPTCONN) == 1 else {
      throw SocketError(.invalidAddress, "\(shown) does not listen (Accept=no)")
    }
    guard SocketAddress.local(of: descriptor) != nil else {
      throw SocketError(.invalidAddress, "\(shown) is neither of IPv4 and IPv6 nor a Unix socket")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, Self.first)
    guard copy >= 0 else { throw .systemCall("duplicating \(shown)", errno: errno) }
    let flags = fcntl(copy, F_GETFL)
    guard flags >= 0, fcntl(copy, F_SETFL, flags | O_NONBLOCK) >= 0 else {
      let number = errno
      systemClose(copy)
      throw .systemCall("setting up \(shown)", errno: number)
    }
    return copy
  }

  private static var streamType: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }
}

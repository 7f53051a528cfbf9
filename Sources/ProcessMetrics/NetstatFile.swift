// How are the counts of the network read without having the kernel write them twice?

import CObservabilityShims
import ObservabilityPlatform

/// `/proc/self/net/netstat`, kept open: it is longer than the memory that the kernel has for a file that was just opened, and
/// is written anew when that is full, which costs more than all the other files together.
///
/// What is kept is of the network namespace in which it was opened. It is opened anew in another, in a process that was
/// forked, and where the descriptor is somebody else's now, as when a process has closed all that it has.
final class NetstatFile {
  private let path: KernelPath
  private let namespace: KernelPath
  private var opened: Opened?

  private struct Opened {
    let descriptor: Int32
    let process: pid_t
    let namespace: Inode?
    let file: Inode

    /// Whether the descriptor is of the file that was opened.
    var isOurs: Bool { Inode(descriptor) == file }
  }

  private struct Inode: Equatable {
    let device: UInt64
    let number: UInt64

    init?(_ descriptor: Int32) {
      var stamp = mailobs_file_stamp()
      guard mailobs_stamp_file(descriptor, &stamp) == 0 else { return nil }
      (device, number) = (stamp.device, stamp.inode)
    }

    /// Of what is at a path, behind links.
    init?(at path: KernelPath) {
      var status = stat()
      guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
      (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
  }

  /// - Parameter root: what is put before `/proc`: empty, or a directory of a test.
  init(root: String) {
    path = KernelPath(root + "/proc/self/net/netstat")
    namespace = KernelPath(root + "/proc/self/ns/net")
  }

  deinit { forget() }

  /// What it says now, until the buffer is used again; nil when it cannot be read.
  func text(_ buffer: KernelBuffer) -> KernelText? {
    let now = Inode(at: namespace)
    if let opened, opened.process != getpid() || opened.namespace != now || !opened.isOurs { forget() }
    if opened == nil, let descriptor = path.opened() {
      guard let file = Inode(descriptor) else {
        close(descriptor)
        return nil
      }
      opened = Opened(descriptor: descriptor, process: getpid(), namespace: now, file: file)
    }
    guard let opened else { return nil }
    return buffer.text(fromStartOf: opened.descriptor)
  }

  private func forget() {
    if let opened, opened.isOurs { close(opened.descriptor) }
    opened = nil
  }
}

// Which plain system calls does the loop make, in one spelling for all platforms?

import ObservabilityPlatform
import CObservabilityShims

enum PollEvents {
  static let input = Int16(truncatingIfNeeded: POLLIN)
  static let output = Int16(truncatingIfNeeded: POLLOUT)
  /// The peer has said that it sends no more: it may have gone altogether, or still read.
  static let peerClosed = Int16(truncatingIfNeeded: MAILOBS_POLLRDHUP)
  static let failure = Int16(truncatingIfNeeded: POLLERR | POLLNVAL)
  /// Reported without being asked for; whoever waits, in either direction, finds out by its call.
  static let trouble = Int16(truncatingIfNeeded: POLLERR | POLLHUP | POLLNVAL)
}

enum ErrorNumber {
  static let again = EAGAIN
  static let wouldBlock = EWOULDBLOCK
  static let interrupted = EINTR
  static let badDescriptor = EBADF
}

/// `poll(2)`: how many entries are ready, or the negative error number.
func systemPoll(_ entries: UnsafeMutableBufferPointer<pollfd>, milliseconds: Int32) -> Int {
  let ready = poll(entries.baseAddress, nfds_t(entries.count), milliseconds)
  return ready < 0 ? Int(-errno) : Int(ready)
}

func systemRead(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(fd, buffer.baseAddress, buffer.count)
}

/// `write(2)`: how many bytes were taken, or a negative number.
package func systemWrite(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(fd, bytes.baseAddress, bytes.count)
}

func systemWriteByte(_ fd: Int32) {
  var byte: UInt8 = 1
  _ = write(fd, &byte, 1)
}

/// Closes a descriptor. Never called twice for one: after an interrupted `close` it is gone as well.
func systemClose(_ fd: Int32) { _ = close(fd) }

/// `shutdown(2)` for writing; its failure means that the connection has ended already.
func systemShutdownWrite(_ fd: Int32) { _ = shutdown(fd, Int32(SHUT_WR)) }

/// Sets a socket option that is a number; the negative error number when the system refuses.
func systemSetOption(_ fd: Int32, _ level: Int32, _ name: Int32, _ value: Int32) -> Int32 {
  var value = value
  return setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 ? 0 : -errno
}

/// Without it a small reply waits for the acknowledgement of the one before (Nagle's algorithm).
func systemSendAtOnce(_ fd: Int32) {
  _ = systemSetOption(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
}

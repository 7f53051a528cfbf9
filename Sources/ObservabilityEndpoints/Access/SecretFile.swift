// Has the file of a secret changed, and what is in it?

import CObservabilityShims
import EndpointMessages
import ObservabilityPlatform

/// A small file that is read again when it has changed. Confined to one thread at a time, which it may block.
struct SecretFile: Sendable {
  enum Reading: Equatable {
    case unchanged
    /// Without white space at its ends.
    case content([UInt8])
    /// Why it cannot be read, the same as before or not.
    case failed(String)
  }

  static let longest = 4096
  /// How old a change has to be for the times of the system to tell a further one from it.
  static let settling = Duration.seconds(2)

  let path: String
  private var lastRead: mailobs_file_stamp?

  init(path: String) { self.path = path }

  /// Reads the file, if it is not as it was when it was read last.
  ///
  /// - Parameter now: the time of day.
  mutating func read(now: Duration = WallClock.now) -> Reading {
    // Without waiting for somebody to write into a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return failed(SystemError.text(errno)) }
    defer { close(descriptor) }
    var before = mailobs_file_stamp()
    let status = mailobs_stamp_file(descriptor, &before)
    guard status == 0 else { return failed(SystemError.text(-status)) }
    guard before.is_regular else { return failed("is no regular file") }
    if let lastRead, lastRead.isSame(as: before) { return .unchanged }
    guard let bytes = contents(of: descriptor) else { return failed(SystemError.text(errno)) }
    guard bytes.count <= Self.longest else { return failed("has more than \(Self.longest) bytes") }
    var after = mailobs_file_stamp()
    guard mailobs_stamp_file(descriptor, &after) == 0, after.isSame(as: before),
      Int64(bytes.count) == after.size
    else {
      return failed("is being written")
    }
    let isSettled = now - .nanoseconds(max(after.modified, after.changed)) >= Self.settling
    lastRead = isSettled ? after : nil
    return .content(bytes.withUnsafeBufferPointer { Array($0.withoutWhiteSpace) })
  }

  private mutating func failed(_ reason: String) -> Reading {
    lastRead = nil
    return .failed(reason)
  }

  /// Up to one byte more than there may be; nil when the system refuses.
  private func contents(of descriptor: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Self.longest + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { readSome(descriptor, $0 + count, buffer.count - count) } ?? 0
      }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }
}

/// `read(2)`, whose name a method has here.
private func readSome(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}

extension UnsafeBufferPointer<UInt8> {
  /// The part without spaces, tabs and line ends at its ends.
  fileprivate var withoutWhiteSpace: UnsafeBufferPointer {
    func isWhite(_ byte: UInt8) -> Bool { byte == .space || (9...13).contains(byte) }
    let start = firstIndex { !isWhite($0) } ?? 0
    let end = (lastIndex { !isWhite($0) } ?? -1) + 1
    return part(start, end)
  }
}

extension mailobs_file_stamp {
  fileprivate func isSame(as other: mailobs_file_stamp) -> Bool {
    device == other.device && inode == other.inode && size == other.size && modified == other.modified
      && changed == other.changed
  }
}

// How is a file of the kernel read without memory of its own?

import ObservabilityPlatform

/// The path of a file, made once and not for each reading.
struct KernelPath: Sendable, Equatable {
  fileprivate let bytes: [CChar]

  init(_ path: String) { bytes = Array(path.utf8CString) }

  /// Whether something is there.
  var exists: Bool { access(bytes, F_OK) == 0 }

  /// A descriptor for reading, which the caller closes; nil when it cannot be opened.
  func opened() -> Int32? {
    let descriptor = open(bytes, O_RDONLY | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Calls `body` with the path as C has it.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result? {
    bytes.withUnsafeBufferPointer { buffer in buffer.baseAddress.map(body) }
  }
}

/// Memory for one file at a time. A file that is read by its path is opened for that and closed after it: a descriptor that is
/// kept would tell a forked process of its parent, and nothing of the group that the process is in now.
final class KernelBuffer {
  /// More than any of the files has that are read so; `netstat` is the longest.
  static let size = 16_384
  /// The kernel hands out what it writes into one page in one piece.
  private static let page = 4_096
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)

  deinit { memory.deallocate() }

  /// What a file says, until the next is read; nil when it cannot be read, as where there is none.
  func text(of path: KernelPath) -> KernelText? {
    guard let descriptor = path.opened() else { return nil }
    defer { close(descriptor) }
    return text(fromStartOf: descriptor)
  }

  /// What an open file says, until the next is read.
  func text(fromStartOf descriptor: Int32) -> KernelText? {
    var count = 0
    while count < memory.count {
      let got = pread(
        descriptor, memory.baseAddress?.advanced(by: count), memory.count - count, off_t(count))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      count += got
      // Whole lines that would have left room in a page: there are no more, and asking costs as much as they did.
      if count == got, count < KernelBuffer.page, memory[count - 1] == UInt8(ascii: "\n") { break }
    }
    return KernelText(UnsafeRawBufferPointer(rebasing: memory[..<count]))
  }

  /// The first word of a file of one line, as a number.
  func number(in path: KernelPath) -> UInt64? {
    guard var text = text(of: path), var line = text.takeLine() else { return nil }
    return line.takeWord()?.number
  }
}

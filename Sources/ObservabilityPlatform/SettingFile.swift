// What is in a file that somebody has named in a setting?

/// A file of a limited size, read whole.
package enum SettingFile {
  /// Why it cannot be read, to be read after its name.
  package struct Failure: Error, Sendable, Hashable {
    package let text: String
  }

  /// The bytes of a file, of which there is one at least. Blocks, though not for somebody to write into a pipe.
  ///
  /// - Parameter limit: the most bytes that there may be.
  package static func read(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(text: "cannot be read: \(SystemError.text(errno))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count <= limit {
      let count = readSome(descriptor, &chunk)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(text: "cannot be read: \(SystemError.text(errno))") }
      guard count > 0 else {
        // As a pipe is where nobody writes.
        guard !bytes.isEmpty else { throw Failure(text: "is empty") }
        return bytes
      }
      bytes.append(contentsOf: chunk.prefix(count))
    }
    throw Failure(text: "has more than \(limit) bytes")
  }
}

/// `read(2)`, whose name a method has here.
private func readSome(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Int {
  read(descriptor, &bytes, bytes.count)
}

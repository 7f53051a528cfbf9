// What does a small file of the kernel say?

/// The beginning of a file as text, or `nil` when it does not exist. Blocks.
///
/// - Parameter limit: bytes, rounded up to whole pages.
package func readSmallFile(_ path: String, limit: Int = 65_536) throws(SystemError) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SystemError(code: errno, action: "open \(path)")
  }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while bytes.count < limit {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw SystemError(code: errno, action: "read \(path)") }
    if count == 0 { break }
    bytes.append(contentsOf: chunk.prefix(count))
  }
  return String(decoding: bytes, as: UTF8.self)
}

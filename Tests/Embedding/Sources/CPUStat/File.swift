// How is a file of the kernel read?

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension CPUStat {
  /// Reads `/proc/stat`, or another file of that form, of at most 16 MiB. May block.
  public static func read(_ path: String = "/proc/stat") throws(ScanError) -> [CPUStat] {
    guard let file = fopen(path, "re") else {
      throw ScanError(description: "failed to open \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk.prefix(count)
      guard bytes.count <= 16 << 20 else { throw ScanError(description: "\(path) is too large") }
      guard count < chunk.count else { continue }
      guard ferror(file) == 0 else {
        throw ScanError(description: "failed to read \(path): \(String(cString: strerror(errno)))")
      }
      return try scan(String(decoding: bytes, as: UTF8.self))
    }
  }
}

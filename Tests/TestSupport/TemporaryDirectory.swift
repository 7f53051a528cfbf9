// Where do the files of a test stand in?

import ObservabilityPlatform

/// A directory that is removed with its owner.
package final class TemporaryDirectory: Sendable {
  package let path: String
  private let written = Locked<[String]>([])

  package init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/mail-observability-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(code: errno, action: "mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a file, making the directories above it.
  package func write(_ name: String, _ text: String) throws {
    var directory = path
    for part in name.split(separator: "/").dropLast() {
      directory += "/\(part)"
      if mkdir(directory, 0o700) == 0 { written.withLock { [directory] in $0.append(directory) } }
    }
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw SystemError(code: errno, action: "open \(name)") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafeWrite(descriptor, bytes) == bytes.count else {
      throw SystemError(code: errno, action: "write \(name)")
    }
    written.withLock { $0.append("\(path)/\(name)") }
  }

  private func unsafeWrite(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, bytes.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, bytes.count)
    #else
      Darwin.write(descriptor, bytes, bytes.count)
    #endif
  }

  deinit {
    for name in written.withLock({ $0 }).reversed() where unlink(name) != 0 { rmdir(name) }
    rmdir(path)
  }
}

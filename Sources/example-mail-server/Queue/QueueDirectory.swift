// Where are queued messages while there is no process? In a directory, a file for each.

import ObservabilityPlatform

/// A file is there whole or not at all: it is written under another name, made durable, and renamed. One that cannot be
/// read is set aside, and harms no other. Files are written by the thread that asks: it answers the client only when
/// the message is safe.
final class QueueDirectory: Sendable {
  /// Of one message, whose size has its own limit.
  private static let largestFile = (1 << 30) + (1 << 20)
  private static let suffix = ".mail"

  private let path: String
  private let capacity: Int
  private let lock: Int32
  /// Is told in words what cannot be read or written.
  let complain: @Sendable (String) -> Void

  /// - Parameter capacity: no more files than this are read.
  /// - Throws: `SystemError` when the directory cannot be made or written to, or another process has it.
  init(
    path: String, capacity: Int = 100_000, complain: @escaping @Sendable (String) -> Void
  ) throws(SystemError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .last("making the queue's directory \(path)")
    }
    let lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .last("writing to the queue's directory \(path)") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let error = SystemError.last("taking the queue's directory \(path), which another process may have")
      close(lock)
      throw error
    }
    (self.path, self.capacity, self.lock, self.complain) = (path, capacity, lock, complain)
  }

  deinit { close(lock) }

  /// The messages that were left there, the oldest first.
  func load() -> [QueueFile] {
    var files: [QueueFile] = []
    for name in names() {
      let place = "\(path)/\(name)"
      do {
        let file = try QueueFile(try read(place))
        guard name == file.message.id + Self.suffix else {
          throw QueueFile.Broken(description: "it is of another message")
        }
        files.append(file)
      } catch let error as QueueFile.Broken {
        let aside = "\(place).broken"
        complain(
          rename(place, aside) == 0
            ? "\(place) is set aside as \(aside): \(error)" : "\(place) is not delivered: \(error)")
      } catch {
        complain("\(place) is not delivered: \(error)")
      }
    }
    return files.sorted { $0.taken < $1.taken }
  }

  /// Writes a message down, in place of what was written of it before; false, with that unchanged, when it cannot.
  func write(_ file: QueueFile) -> Bool {
    let (new, place) = ("\(path)/\(file.message.id).new", place(of: file.message.id))
    do {
      try write(file.encoded, to: new)
      guard rename(new, place) == 0 else { throw SystemError.last("renaming \(new)") }
      try synchronize()
      return true
    } catch {
      unlink(new)
      complain("a message of the queue is not written: \(error)")
      return false
    }
  }

  func remove(_ id: String) {
    let place = place(of: id)
    guard unlink(place) != 0, errno != ENOENT else { return }
    complain("a message may be delivered again: \(SystemError.last("removing \(place)"))")
  }

  private func place(of id: String) -> String { "\(path)/\(id)\(Self.suffix)" }

  /// The files of messages, at most ``capacity``; what was not written to its end is removed.
  private func names() -> [String] {
    guard let directory = opendir(path) else {
      complain("\(SystemError.last("reading \(path)"))")
      return []
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { $0.prefix { $0 != 0 }.text }
      if name.hasSuffix(".new") { unlink("\(path)/\(name)") }
      guard name.hasSuffix(Self.suffix) else { continue }
      guard names.count < capacity else {
        complain("\(path) has more than \(capacity) messages: the others stay for later")
        break
      }
      names.append(name)
    }
    return names
  }

  private func read(_ place: String) throws -> [UInt8] {
    let file = open(place, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SystemError.last("opening") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemError.last("reading") }
    guard status.st_mode & S_IFMT == S_IFREG, (0...Self.largestFile).contains(Int(status.st_size)) else {
      throw QueueFile.Broken(description: "it is no file, or too large for one message")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress.map { $0 + count }, $0.count - count, off_t(count))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw SystemError.last("reading") }
      guard got > 0 else { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }

  private func write(_ bytes: [UInt8], to place: String) throws(SystemError) {
    let file = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .last("opening \(place)") }
    defer { close(file) }
    var count = 0
    while count < bytes.count {
      let written = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress.map { $0 + count }, $0.count - count, off_t(count))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .last("writing \(place)") }
      count += written
    }
    guard fsync(file) == 0 else { throw .last("writing \(place)") }
  }

  /// Makes the new name of a file durable.
  private func synchronize() throws(SystemError) {
    let directory = open(path, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { throw .last("opening \(path)") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw .last("writing \(path)") }
  }
}

extension SystemError {
  /// What the system has just refused.
  fileprivate static func last(_ action: String) -> SystemError { SystemError(code: errno, action: action) }
}

// Where are queued messages while there is no process? In a directory, a file for each.

import ObservabilityPlatform

/// A file is there whole or not at all: it is written under another name, made durable, and renamed. One that
/// cannot be read is set aside, and harms no other. A thread writes, since a disk may take as long as it likes and
/// sessions must not wait for it; what is asked for meanwhile is made durable together.
final class QueueDirectory: Sendable {
  private enum Change {
    case write(QueueFile)
    case remove(String)
  }

  private struct Pending {
    var jobs: [(change: Change, done: CheckedContinuation<Bool, Never>)] = []
    var isWriting = false
    /// The number of the last file that was begun: there may be two of one message.
    var lastFile = 0
  }

  /// Of one message, whose size has its own limit.
  private static let largestFile = (1 << 30) + (1 << 20)
  /// As many files are open at once.
  private static let largestBatch = 64
  private static let suffix = ".mail"

  private let path: String
  private let capacity: Int
  private let lock: Int32
  private let pending = Locked(Pending())
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

  private func place(of id: String) -> String { "\(path)/\(id)\(Self.suffix)" }
}

// MARK: - Reading

extension QueueDirectory {
  /// The messages that were left there, the oldest first, and the highest number in any name, be it that of a file
  /// which cannot be read or stays for later: a new message of that number would take its place.
  func load() -> (files: [QueueFile], lastNumber: Int) {
    var files: [QueueFile] = []
    let (names, lastNumber) = names()
    for name in names {
      let place = "\(path)/\(name)"
      do {
        let file = try QueueFile(try read(place))
        guard name.utf8.elementsEqual((file.message.id + Self.suffix).utf8) else {
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
    return (files.sorted { $0.taken < $1.taken }, lastNumber)
  }

  /// The files of messages, at most ``capacity``; what was not written to its end is removed.
  private func names() -> (names: [String], lastNumber: Int) {
    guard let directory = opendir(path) else {
      complain("\(SystemError.last("reading \(path)"))")
      return ([], 0)
    }
    defer { closedir(directory) }
    var (names, lastNumber, isFull): ([String], Int, Bool) = ([], 0, false)
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { $0.prefix { $0 != 0 }.text }
      if name.hasSuffix(".new") { unlink("\(path)/\(name)") }
      lastNumber = max(lastNumber, QueuedMessage.number(in: name) ?? 0)
      guard name.hasSuffix(Self.suffix) else { continue }
      isFull = names.count == capacity
      if !isFull { names.append(name) }
    }
    if isFull { complain("\(path) has more than \(capacity) messages: the others stay for later") }
    return (names, lastNumber)
  }

  private func read(_ place: String) throws -> [UInt8] {
    // To open a pipe that nobody writes to would take for ever.
    let file = open(place, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw SystemError.last("opening") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemError.last("reading") }
    let size = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG, (0...Self.largestFile).contains(size) else {
      throw QueueFile.Broken(description: "it is no file, or too large for one message")
    }
    // A large one is worth its memory only where it is as long as it says.
    let beginning = try read(file, count: min(size, QueueFile.longestHead))
    guard QueueFile.size(ofFileWith: beginning) == size else {
      throw QueueFile.Broken(description: "it is not as long as its head says")
    }
    return beginning.count == size ? beginning : try read(file, count: size)
  }

  /// The first octets of a file, fewer where it has become shorter.
  private func read(_ file: Int32, count wanted: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: wanted)
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
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

// MARK: - Writing

extension QueueDirectory {
  /// Writes a message down, in place of what was written of it before, and returns when that is durable; false when
  /// it cannot. Changes are made in the order in which they are asked for.
  func write(_ file: QueueFile) async -> Bool { await make(.write(file)) }

  /// Forgets a message, where there is one.
  func remove(_ id: String) async { _ = await make(.remove(id)) }

  private func make(_ change: Change) async -> Bool {
    await withCheckedContinuation { done in
      let mustStart = pending.withLock { pending in
        pending.jobs.append((change, done))
        defer { pending.isWriting = true }
        return !pending.isWriting
      }
      guard mustStart else { return }
      do {
        try SystemThread.start(name: "queue") { self.makeAll() }.detach()
      } catch {
        makeAll()
      }
    }
  }

  private func makeAll() {
    while true {
      let batch = pending.withLock { pending in
        let batch = Array(pending.jobs.prefix(Self.largestBatch))
        pending.jobs.removeFirst(batch.count)
        pending.isWriting = !batch.isEmpty
        return batch
      }
      guard !batch.isEmpty else { return }
      for (job, result) in zip(batch, make(batch.map(\.change))) { job.done.resume(returning: result) }
    }
  }

  /// Each is written before any is waited for: the first wait is then for most of the others, too.
  private func make(_ changes: [Change]) -> [Bool] {
    let begun = changes.map { change -> (place: String, file: Int32)? in
      if case .write(let file) = change { begin(file) } else { nil }
    }
    var results = zip(changes, begun).map { change, new in
      guard case .write = change else { return true }
      guard let new else { return false }
      defer { close(new.file) }
      return fsync(new.file) == 0 || fail("writing", new.place)
    }
    var renamed: [Int] = []
    for (index, change) in changes.enumerated() where results[index] {
      switch (change, begun[index]?.place) {
      case (.write(let file), let new?):
        if rename(new, place(of: file.message.id)) == 0 {
          renamed.append(index)
        } else {
          results[index] = fail("renaming", new)
        }
      case (.remove(let id), _): forget(place(of: id))
      case (.write, nil): break
      }
    }
    if !renamed.isEmpty, !synchronize() {
      complain("\(SystemError.last("writing \(path)"))")
      for index in renamed { results[index] = false }
    }
    return results
  }

  private func begin(_ file: QueueFile) -> (place: String, file: Int32)? {
    let number = pending.withLock { pending in
      pending.lastFile += 1
      return pending.lastFile
    }
    let new = "\(path)/\(file.message.id).\(number).new"
    let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      _ = fail("opening", new)
      return nil
    }
    let bytes = file.encoded
    var count = 0
    while count < bytes.count {
      let written = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count, off_t(count))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        _ = fail("writing", new)
        close(descriptor)
        return nil
      }
      count += written
    }
    return (new, descriptor)
  }

  /// Says what the system has just refused of a new file, which is removed; false.
  private func fail(_ action: String, _ new: String) -> Bool {
    complain("a message of the queue is not written: \(SystemError.last("\(action) \(new)"))")
    unlink(new)
    return false
  }

  private func forget(_ place: String) {
    guard unlink(place) != 0, errno != ENOENT else { return }
    complain("a message may be delivered again: \(SystemError.last("removing \(place)"))")
  }

  /// Makes new names durable.
  private func synchronize() -> Bool {
    let directory = open(path, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return false }
    defer { close(directory) }
    return fsync(directory) == 0
  }
}

extension SystemError {
  /// What the system has just refused.
  fileprivate static func last(_ action: String) -> SystemError { SystemError(code: errno, action: action) }
}

// Where do results and complaints go?

import ObservabilityPlatform

enum StandardDescriptors {
  /// Opens what whoever started the process has closed, so that no socket is taken for the output. What is
  /// written there fails.
  static func fill() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest that is free, which is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}

/// A descriptor that is written to in large pieces.
struct Output: ~Copyable {
  private static let size = 64 << 10

  private let descriptor: Int32
  private var pending: [UInt8] = []
  /// Whether nobody reads any more.
  private(set) var isBroken = false
  /// Why something could not be written.
  private(set) var failure: String?

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  mutating func write(_ bytes: some Collection<UInt8>) {
    pending.append(contentsOf: bytes)
    if pending.count >= Output.size { flush() }
  }

  mutating func line(_ text: String) {
    write(text.utf8)
    write(CollectionOfOne(UInt8(ascii: "\n")))
  }

  mutating func flush() {
    defer { pending.removeAll(keepingCapacity: true) }
    var written = 0
    while written < pending.count, !isBroken, failure == nil {
      let count = pending.withUnsafeBytes { bytes in
        bytes.baseAddress.map { systemWrite($0 + written, bytes.count - written) } ?? 0
      }
      let code = errno
      if count >= 0 {
        written += count
      } else if code == EAGAIN || code == EWOULDBLOCK {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      } else if code == EPIPE {
        isBroken = true
      } else if code != EINTR {
        failure = SystemError.text(code)
      }
    }
  }

  private func systemWrite(_ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, start, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, start, count)
    #else
      Glibc.write(descriptor, start, count)
    #endif
  }
}

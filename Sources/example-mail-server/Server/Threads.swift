// How does the server speak to the terminal and hear signals, without the runtime's pool?

import ObservabilityPlatform
import ObservabilitySockets

enum Terminal {
  /// Writes a line at once, so that whoever started the server and reads a pipe need not wait for a buffer.
  static func say(_ line: String) { write(line, to: STDOUT_FILENO) }
  static func complain(_ line: String) { write(line, to: STDERR_FILENO) }

  private static func write(_ line: String, to descriptor: Int32) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0) }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// Signals are taken by waiting for them on a plain thread: no handler, no task.
struct StopSignals {
  private var set = sigset_t()

  /// Call before any other thread starts: threads inherit what is blocked.
  init() {
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for SIGTERM or SIGINT.
  mutating func wait() {
    var received: Int32 = 0
    while sigwait(&set, &received) != 0 {}
  }
}

// How does work run on a plain thread, and how does it speak to the terminal, without the runtime's pool?

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a detached thread. Does nothing when the system has no thread left.
func startThread(_ run: @escaping @Sendable () -> Void) {
  let body = Unmanaged.passRetained(ThreadBody(run))
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let status = pthread_create(&thread, nil, threadMain, body.toOpaque())
  guard status == 0 else { return body.release() }
  #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
  #else
    pthread_detach(thread)
  #endif
}

#if canImport(Darwin)
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#endif

enum Terminal {
  /// Writes a line at once, so that whoever started the server and reads a pipe need not wait for a buffer.
  static func say(_ line: String) { write(line, to: STDOUT_FILENO) }
  static func complain(_ line: String) { write(line, to: STDERR_FILENO) }

  private static func write(_ line: String, to descriptor: Int32) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      #if canImport(Darwin)
        let written = bytes.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
      #elseif canImport(Glibc)
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      #else
        let written = bytes.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
      #endif
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

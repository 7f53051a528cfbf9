// Who waits for connections that are being made, without a thread for each?

import CObservabilityShims
import ObservabilityPlatform

/// Makes connections and closes them, however many at once, with one thread that lives while there are any.
final class ConnectingSockets: Sendable {
  private struct Attempt {
    let descriptor: Int32
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Int32, Never>
  }

  private struct State {
    var attempts: [UInt64: Attempt] = [:]
    var lastID: UInt64 = 0
    /// What wakes the thread when it is written to; nil while there is none.
    var wakeEnd: Int32?
  }

  static let shared = ConnectingSockets()

  private let state = Locked(State())

  /// Connections that are being waited for.
  var count: Int { state.withLock { $0.attempts.count } }

  /// Connects, and closes the connection. Cancellation ends the waiting.
  ///
  /// - Returns: 0 or an error number.
  func connect(to address: StreamAddress, until deadline: ContinuousClock.Instant) async -> Int32 {
    // Made so that no child of the process inherits it, also one that is started at this moment.
    let descriptor = mailobs_socket(address.family)
    guard descriptor >= 0 else { return -descriptor }
    let code = begin(descriptor, address)
    // An interrupted connect goes on by itself.
    guard code == EINPROGRESS || code == EINTR else { return end(descriptor, code) }
    let id = state.withLock { state in
      state.lastID &+= 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let attempt = Attempt(descriptor: descriptor, deadline: deadline, continuation: continuation)
        if let refusal = add(id, attempt) {
          finish(id, refusal)
        } else if Task.isCancelled {
          // A cancellation before this point found nothing to end.
          finish(id, ECANCELED)
        }
      }
    } onCancel: {
      finish(id, ECANCELED)
    }
  }

  private func begin(_ descriptor: Int32, _ address: StreamAddress) -> Int32 {
    address.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return EINVAL }
      let sockaddr = base.assumingMemoryBound(to: sockaddr.self)
      return systemConnect(descriptor, sockaddr, socklen_t(bytes.count)) == 0 ? 0 : errno
    }
  }

  private func end(_ descriptor: Int32, _ code: Int32) -> Int32 {
    defer { close(descriptor) }
    return code == 0 && TCPConnection.isConnectedToItself(descriptor) ? ECONNREFUSED : code
  }

  /// Ends an attempt, unless that has been done. The thread may be waiting for its descriptor at this moment,
  /// and must look again: until it does, the system keeps the socket.
  ///
  /// - Parameter code: nil: the socket knows. It is asked by whoever took the attempt out; for others the
  ///   number may be that of another file by now.
  private func finish(_ id: UInt64, _ code: Int32?) {
    let attempt = state.withLock { state in
      let attempt = state.attempts.removeValue(forKey: id)
      if attempt != nil { wake(state) }
      return attempt
    }
    guard let attempt else { return }
    attempt.continuation.resume(
      returning: end(attempt.descriptor, code ?? Self.outcome(attempt.descriptor)))
  }

  // MARK: - The thread

  /// Returns an error number when nobody would wait for the attempt.
  private func add(_ id: UInt64, _ attempt: Attempt) -> Int32? {
    state.withLock { state in
      state.attempts[id] = attempt
      if state.wakeEnd != nil {
        wake(state)
        return nil
      }
      var ends: (Int32, Int32) = (-1, -1)
      let status = withUnsafeMutableBytes(of: &ends) { bytes in
        mailobs_pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
      }
      guard status == 0 else { return -status }
      let (readEnd, writeEnd) = ends
      do throws(SystemError) {
        try SystemThread.start(name: "connecting", stackSize: 256 * 1024) { [self] in
          wait(readEnd)
        }.detach()
      } catch {
        close(readEnd)
        close(writeEnd)
        return error.code
      }
      state.wakeEnd = writeEnd
      return nil
    }
  }

  private func wake(_ state: State) {
    guard let end = state.wakeEnd else { return }
    var byte: UInt8 = 1
    // A full pipe wakes as well.
    _ = write(end, &byte, 1)
  }

  /// Waits for attempts until there are none.
  private func wait(_ readEnd: Int32) {
    var drained = [UInt8](repeating: 0, count: 256)
    while let attempts = attemptsOrEnd(readEnd) {
      // Taken before the system is asked: a thread that was not run must not make a port look dead.
      let now = ContinuousClock.now
      var entries = [pollfd(fd: readEnd, events: Int16(truncatingIfNeeded: POLLIN), revents: 0)]
      entries += attempts.map {
        pollfd(fd: $0.attempt.descriptor, events: Int16(truncatingIfNeeded: POLLOUT), revents: 0)
      }
      let left = attempts.map { now.duration(to: $0.attempt.deadline) }.min() ?? .zero
      guard poll(&entries, nfds_t(entries.count), Self.milliseconds(left)) >= 0 || errno == EINTR else {
        // Of the reasons only a want of memory can pass.
        for (id, _) in attempts { finish(id, ENOMEM) }
        continue
      }
      if entries[0].revents != 0 { while read(readEnd, &drained, drained.count) == drained.count {} }
      for ((id, attempt), entry) in zip(attempts, entries.dropFirst()) {
        if entry.revents != 0 {
          finish(id, nil)
        } else if attempt.deadline <= now {
          finish(id, ETIMEDOUT)
        }
      }
    }
  }

  /// What is to be waited for; nil ends the thread and what wakes it.
  private func attemptsOrEnd(_ readEnd: Int32) -> [(id: UInt64, attempt: Attempt)]? {
    state.withLock { state in
      guard state.attempts.isEmpty else { return state.attempts.map { ($0.key, $0.value) } }
      close(readEnd)
      if let end = state.wakeEnd { close(end) }
      state.wakeEnd = nil
      return nil
    }
  }

  private static func outcome(_ descriptor: Int32) -> Int32 {
    var result: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &size) == 0 ? result : errno
  }

  /// Rounded up, so that it is not asked again and again in the last millisecond.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    guard duration > .zero else { return 0 }
    let (seconds, attoseconds) = duration.clamped.components
    let whole = min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
    return Int32(clamping: whole)
  }
}

/// The C library's `connect`, where a method of the same name hides it.
private func systemConnect(
  _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
) -> Int32 {
  connect(descriptor, address, length)
}

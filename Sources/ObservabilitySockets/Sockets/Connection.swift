// How does a protocol's code read from and write to a peer?

/// One connected stream socket.
///
/// May be used from any task; on the loop's own tasks no call leaves the loop. At most one task reads
/// and one writes at a time, a second one gets `busy`. Letting go of a connection closes it.
package final class Connection: Sendable {
  /// The address the peer connected to.
  package let local: SocketAddress
  /// The address of the peer, where the system told it.
  package let peer: SocketAddress?
  package let descriptor: Descriptor

  init(_ descriptor: Descriptor, local: SocketAddress, peer: SocketAddress?) {
    self.descriptor = descriptor
    self.local = local
    self.peer = peer
  }

  deinit { close() }

  package var loop: EventLoop { descriptor.loop }

  /// Reads what has arrived, waiting for at least one byte; empty at the end of the stream.
  ///
  /// - Parameters:
  ///   - limit: the most bytes to return. Below 1 it counts as 1.
  ///   - deadline: when to give up, `nil` for never.
  /// - Throws: `SocketError` (`deadlineExceeded`, `closed`, `busy`, `systemCall`) or `CancellationError`.
  package func read(upTo limit: Int, deadline: ContinuousClock.Instant? = nil) async throws -> [UInt8] {
    guard loop.isCurrent else {
      return try await withTaskExecutorPreference(loop) {
        try await self.read(upTo: limit, deadline: deadline)
      }
    }
    let limit = min(max(1, limit), 1 << 20)
    var due: Int64?
    while true {
      guard descriptor.isOpen else { throw SocketError(.closed, "reading from \(name): it is closed") }
      var transfer = Descriptor.Transfer.wouldBlock
      let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        transfer = descriptor.receive(into: UnsafeMutableRawBufferPointer(buffer))
        if case .moved(let moved) = transfer { count = moved }
      }
      switch transfer {
      case .moved: return bytes
      case .failed(let errno): throw SocketError.systemCall("reading from \(name)", errno: errno)
      case .wouldBlock: break
      }
      let until = due ?? loop.nanoseconds(of: deadline)
      due = until
      try await Self.check(descriptor.cancellableWait(.reading, until: until), "reading from \(name)")
    }
  }

  /// Writes all the bytes, waiting as long as the peer takes to accept them.
  ///
  /// - Parameter deadline: when to give up, `nil` for never; how much was written is not known then.
  /// - Throws: as `read`.
  package func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant? = nil) async throws {
    guard loop.isCurrent else {
      return try await withTaskExecutorPreference(loop) { try await self.write(bytes, deadline: deadline) }
    }
    var written = 0
    var due: Int64?
    while written < bytes.count {
      guard descriptor.isOpen else { throw SocketError(.closed, "writing to \(name): it is closed") }
      let transfer = bytes.withUnsafeBytes {
        descriptor.send(UnsafeRawBufferPointer(rebasing: $0[written...]))
      }
      switch transfer {
      case .moved(let count):
        written += count
        if written == bytes.count { return }
      case .failed(let errno): throw SocketError.systemCall("writing to \(name)", errno: errno)
      case .wouldBlock: break
      }
      let until = due ?? loop.nanoseconds(of: deadline)
      due = until
      try await Self.check(descriptor.cancellableWait(.writing, until: until), "writing to \(name)")
    }
  }

  /// Says to the peer that nothing more will be written; reading goes on.
  package func shutdownWrite() {
    let descriptor = descriptor
    if loop.isCurrent { descriptor.shutdownWrite() } else { loop.execute { descriptor.shutdownWrite() } }
  }

  /// Closes the connection, ending the waits of other tasks with `closed`. Later calls do nothing.
  package func close() {
    let descriptor = descriptor
    if loop.isCurrent { descriptor.close() } else { loop.execute { descriptor.close() } }
  }

  private var name: String { peer.map { "\($0)" } ?? "the peer" }

  static func check(_ outcome: Descriptor.Readiness, _ doing: String) throws {
    switch outcome {
    case .ready: return
    case .deadlineExceeded: throw SocketError(.deadlineExceeded, "\(doing): the deadline has passed")
    case .closed: throw SocketError(.closed, "\(doing): it is closed")
    case .busy: throw SocketError(.busy, "\(doing): another task is doing so already")
    case .cancelled: throw CancellationError()
    }
  }
}

// Who owns a socket's descriptor, and how does a task wait until it is ready?

import CObservabilityShims

/// A socket's descriptor on its loop. Everything here is confined to the loop's thread.
///
/// Its waits run on the caller's executor (`nonisolated(nonsending)`): a switch of executors, even to the one
/// it is on, costs a task with a preferred executor more than the whole wait.
///
/// It is closed exactly once, by `close()`, which also ends the waits for it; the number is never used
/// afterwards, so it cannot hit a stranger that was given the same one.
package final class Descriptor: @unchecked Sendable {
  /// How a wait ended.
  package enum Readiness: Sendable {
    case ready, deadlineExceeded, closed, cancelled
    /// Another task waits for the same direction already.
    case busy
  }

  typealias Waiter = UnsafeContinuation<Readiness, Never>

  package let loop: EventLoop
  /// The number, -1 once closed.
  private(set) var fd: Int32
  var slot = -1

  private var events: Int16 = 0
  private var reader: Waiter?
  private var writer: Waiter?
  private var readDue: Int64 = .max
  private var writeDue: Int64 = .max
  /// Whether what comes to be read ends the wait for writing, too.
  private var writerHeedsInput = false
  private var deadline: LazyDeadline?
  /// Told when the peer goes while that is watched: true when the connection has ended, false when the peer has only
  /// said that it sends no more. Let go when the descriptor is closed.
  package var onPeerLeaving: ((_ isGone: Bool) -> Void)?
  /// Asked, when there is something to read, before whoever waits for that is resumed, which costs more than most reads:
  /// until when the wait goes on, when it has been taken care of; nil resumes the waiter. Let go when the descriptor is
  /// closed.
  package var onReadable: (() -> Int64?)?
  /// Whether that is to be asked in this turn.
  private var isReadQueued = false
  /// Whether those who wait to read go on before all others whose turn it is.
  package var isUrgent = false
  /// Counts waits, so that a cancellation ends the wait it was meant for and no later one.
  private var waits: UInt64 = 0
  private(set) var readWait: UInt64 = 0
  private(set) var writeWait: UInt64 = 0

  /// Takes over a descriptor that is open, non-blocking and nobody else's.
  init(_ fd: Int32, loop: EventLoop) {
    self.fd = fd
    self.loop = loop
  }

  deinit {
    // Never watched, so the loop does not know it; or the loop has closed it.
    if fd >= 0 { systemClose(fd) }
  }

  package var isOpen: Bool { fd >= 0 && !loop.isFinishing }

  // MARK: Waiting

  /// Waits until bytes, a connection or the end of the stream can be read.
  package nonisolated(nonsending) func readable(until due: Int64) async -> Readiness {
    await withUnsafeContinuation { beginReading($0, until: due) }
  }

  /// Waits until bytes can be written.
  package nonisolated(nonsending) func writable(until due: Int64) async -> Readiness {
    await withUnsafeContinuation { beginWriting($0, until: due) }
  }

  /// Whether the peer's going is watched for, which neither reads nor waits. It is reported once, and not watched
  /// for then until this is set again.
  package func watchPeer(_ isWatched: Bool) {
    guard isOpen else { return }
    if slot < 0 { loop.pollSet.add(self) }
    setEvents(isWatched ? events | PollEvents.peerClosed : events & ~PollEvents.peerClosed)
  }

  func beginReading(_ waiter: Waiter, until due: Int64) {
    guard begin(waiter, reader) else { return }
    reader = waiter
    readWait = waits
    readDue = due
    setEvents(events | PollEvents.input)
    if due != .max { armDeadline() }
  }

  func beginWriting(_ waiter: Waiter, until due: Int64, heedingInput: Bool = false) {
    guard begin(waiter, writer) else { return }
    writer = waiter
    writeWait = waits
    writeDue = due
    writerHeedsInput = heedingInput
    setEvents(events | PollEvents.output | (heedingInput ? PollEvents.input : 0))
    if due != .max { armDeadline() }
  }

  /// Ends the wait for reading, if there is one.
  func endReadWait(_ outcome: Readiness) {
    guard let waiter = reader else { return }
    reader = nil
    readDue = .max
    if !writerHeedsInput { setEvents(events & ~PollEvents.input) }
    guard isUrgent else { return waiter.resume(returning: outcome) }
    loop.urgently { waiter.resume(returning: outcome) }
  }

  /// Ends the wait for writing, if there is one.
  func endWriteWait(_ outcome: Readiness) {
    guard let waiter = writer else { return }
    writer = nil
    writeDue = .max
    let keepsInput = !writerHeedsInput || reader != nil
    writerHeedsInput = false
    setEvents(events & ~(keepsInput ? PollEvents.output : PollEvents.output | PollEvents.input))
    waiter.resume(returning: outcome)
  }

  func becameReady(_ found: Int16) {
    if found & (PollEvents.input | PollEvents.trouble) != 0, reader != nil { beginRead() }
    let forWriter = PollEvents.output | PollEvents.trouble | (writerHeedsInput ? PollEvents.input : 0)
    if found & forWriter != 0 { endWriteWait(.ready) }
    if events & PollEvents.peerClosed != 0, found & (PollEvents.peerClosed | PollEvents.trouble) != 0 {
      watchPeer(false)
      // In its turn: to close hundreds takes too long while the others are only looked at.
      loop.execute { [self] in onPeerLeaving?(found & PollEvents.failure != 0) }
    }
  }

  private func beginRead() {
    guard onReadable != nil else { return endReadWait(.ready) }
    guard !isReadQueued else { return }
    isReadQueued = true
    // It has come in time, however long its turn takes to come.
    readDue = .max
    loop.queue.append(.readable(self))
  }

  /// Lets what has come be taken, and ends the wait when it was not.
  func read() {
    isReadQueued = false
    guard reader != nil else { return }
    guard let due = onReadable?() else { return endReadWait(.ready) }
    readDue = due
    if due != .max, reader != nil { armDeadline() }
  }

  private func begin(_ waiter: Waiter, _ other: Waiter?) -> Bool {
    guard isOpen else {
      waiter.resume(returning: .closed)
      return false
    }
    guard other == nil else {
      waiter.resume(returning: .busy)
      return false
    }
    if slot < 0 { loop.pollSet.add(self) }
    waits &+= 1
    return true
  }

  private func setEvents(_ wanted: Int16) {
    guard wanted != events else { return }
    events = wanted
    loop.pollSet.setEvents(wanted, of: self)
  }

  private func armDeadline() {
    let deadline = self.deadline ?? LazyDeadline(loop: loop) { [self] in deadlineReached() }
    self.deadline = deadline
    deadline.set(min(readDue, writeDue))
  }

  private func deadlineReached() {
    if readDue <= loop.time { endReadWait(.deadlineExceeded) }
    if writeDue <= loop.time { endWriteWait(.deadlineExceeded) }
    if min(readDue, writeDue) != .max { deadline?.set(min(readDue, writeDue)) }
  }

  // MARK: Moving bytes

  /// What one attempt to move bytes came to.
  package enum Transfer {
    /// That many bytes. For reading, 0 is the end of the stream.
    case moved(Int)
    case wouldBlock
    case failed(Int32)
  }

  /// Reads what is there, up to the buffer's size.
  package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    guard let base = buffer.baseAddress, fd >= 0 else { return .moved(0) }
    return Self.retried { mailobs_receive(fd, base, buffer.count) }
  }

  /// Writes what the socket takes now.
  package func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return .moved(0) }
    guard fd >= 0 else { return .failed(Int32(ErrorNumber.badDescriptor)) }
    return Self.retried { mailobs_send(fd, base, bytes.count) }
  }

  private static func retried(_ call: () -> Int) -> Transfer {
    while true {
      let moved = call()
      if moved >= 0 { return .moved(moved) }
      let error = Int32(truncatingIfNeeded: -moved)
      if error == ErrorNumber.interrupted { continue }
      if error == ErrorNumber.again || error == ErrorNumber.wouldBlock { return .wouldBlock }
      return .failed(error)
    }
  }

  /// How many bytes of those sent the peer has not acknowledged, by a system call.
  package var unacknowledged: Int { fd < 0 ? 0 : Int(mailobs_unacknowledged(fd)) }

  // MARK: Ending

  /// Closes the descriptor, and lets the system forget what the peer has not taken.
  package func reset() {
    if fd >= 0 { mailobs_reset_on_close(fd) }
    close()
  }

  /// Says to the peer that nothing more will be written.
  package func shutdownWrite() {
    if fd >= 0 { systemShutdownWrite(fd) }
  }

  /// Closes the descriptor and ends the waits for it. Later calls do nothing.
  package func close() {
    guard fd >= 0 else { return }
    systemClose(fd)
    forget()
  }

  /// Ends the waits for the descriptor, and leaves the number alone: it is somebody else's by now.
  func forget() {
    guard fd >= 0 else { return }
    loop.pollSet.remove(self)
    fd = -1
    events = 0
    deadline?.discard()
    deadline = nil
    onPeerLeaving = nil
    onReadable = nil
    endReadWait(.closed)
    endWriteWait(.closed)
  }
}

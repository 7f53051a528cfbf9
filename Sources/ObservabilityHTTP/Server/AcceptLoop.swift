// How does a server go on accepting, whatever the system says?

import EndpointMessages
import ObservabilitySockets
import Synchronization

extension ServerCore {
  private static let pause = Duration.milliseconds(50)
  private static let pauseWhenFull = Duration.milliseconds(1)

  /// How often, and how long apart, a listener that has died is bound anew.
  private static let attemptsToBind = 20
  private static let pauseBetweenAttempts = Duration.milliseconds(250)

  /// Accepts until the server has ended. A listener that has died, by a host that closed a descriptor twice, say,
  /// is bound again at the same address.
  ///
  /// - Throws: when that does not succeed.
  func serve(by door: Door) async throws(SocketError) {
    let source = door.sourceAsBound
    while true {
      guard await acceptConnections(by: door), !hasEnded else { return }
      door.listener.close()
      door.waitsSince = nil
      var attempts = 0
      while true {
        do throws(SocketError) {
          door.listener = try listen(on: source)
          break
        } catch {
          attempts += 1
          countAcceptFailure(error.errno)
          guard attempts < Self.attemptsToBind else { throw error }
        }
        await door.roomSignal.wait(on: loop, atMost: Self.pauseBetweenAttempts)
        guard !hasEnded else { return }
      }
    }
  }

  private func countAcceptFailure(_ errno: Int32) {
    counters.acceptFailures.wrappingAdd(1, ordering: .relaxed)
    observer?.acceptFailed(errno: errno)
  }

  /// Accepts until the server has ended, or the listener has died, which is what it says.
  private func acceptConnections(by door: Door) async -> Bool {
    let listener = door.listener
    var isDeferred = false
    turns: while drainStage.load(ordering: .relaxed) != .finished {
      var accepted = 0
      while accepted < Admission.batch {
        if admission.wantsSpeakersOnly != isDeferred {
          isDeferred.toggle()
          listener.deferAccepting(isDeferred)
        }
        // Nobody gives way before there is somebody to give way to.
        if admission.isFull, !listener.hasPending {
          foundQueueEmpty(of: door)
          guard await waitForConnection(on: listener) else { return false }
        }
        let isCrowded = admission.isCrowded
        if isCrowded,
          !isNext(door) || !hasCreditForNewcomer(on: listener) || (admission.isFull && !makeWay())
        {
          beginWaiting(door)
          await door.roomSignal.wait(on: loop, atMost: Self.pauseWhenFull)
          continue turns
        }
        door.waitsSince = nil
        switch listener.acceptNow() {
        case .accepted(let connection):
          accepted += 1
          admission.accepted()
          if !admit(connection, from: Self.peer(of: connection), by: door) { connection.close() }
        case .wouldBlock:
          foundQueueEmpty(of: door)
          if isCrowded { admission.newcomers.giveBack() }
          guard await waitForConnection(on: listener) else { return false }
          accepted = 0
        case .failed(let errno):
          if await !recover(from: errno, by: door) { return listener.descriptor.isOpen }
          accepted += 1
        }
      }
      // The connections just accepted, and those that are ready, come first.
      if admission.isCrowded {
        guard await waitForConnection(on: listener) else { return false }
      } else {
        await Task.yield()
      }
    }
    return false
  }

  // MARK: - Several listeners

  /// Whether no other listener waits longer for a newcomer of its own to come in: what little there is goes round, so that
  /// a flood at one keeps no probe at another from being answered.
  private func isNext(_ door: Door) -> Bool {
    doors.count == 1
      || !doors.contains { other in
        guard other !== door, let since = other.waitsSince else { return false }
        return since < door.waitsSince ?? .max
      }
  }

  private func beginWaiting(_ door: Door) {
    guard door.waitsSince == nil else { return }
    lastWait += 1
    door.waitsSince = lastWait
  }

  /// The queues are as long as the longest of them.
  private func foundQueueEmpty(of door: Door) {
    door.waitsSince = nil
    if !doors.contains(where: { $0.waitsSince != nil }) { admission.foundQueueEmpty() }
  }

  // MARK: - Newcomers

  private func hasCreditForNewcomer(on listener: Listener) -> Bool {
    admission.newcomers.take(at: loop.time, busy: Int64(clamping: loop.statistics.busyNanoseconds)) {
      listener.waitingConnections
    }
  }

  private func waitForConnection(on listener: Listener) async -> Bool {
    switch await listener.descriptor.readable(until: .max) {
    case .ready: return true
    case .deadlineExceeded, .cancelled, .closed, .busy: return false
    }
  }

  /// Makes accepting possible again; false when the listener itself is gone.
  private func recover(from errno: Int32, by door: Door) async -> Bool {
    switch AcceptFailure(errno: errno) {
    case .connectionGone: return true
    case .listenerUnusable:
      countAcceptFailure(errno)
      return false
    case .outOfResources, .other: break
    }
    countAcceptFailure(errno)
    if AcceptFailure(errno: errno) == .outOfResources {
      // Room for the new connection is made as it is at the limit of connections.
      if makeWay() { return true }
      if acceptWithSpare(by: door) { return true }
    }
    await door.roomSignal.wait(on: loop, atMost: Self.pause)
    return true
  }

  /// Accepts one connection in the place of the spare descriptor. It is served as on the reserve: a probe
  /// gets its answer, anything else is told why it gets none.
  private func acceptWithSpare(by door: Door) -> Bool {
    guard spareDescriptor.isHeld else { return false }
    spareDescriptor.release()
    guard case .accepted(let connection) = door.listener.acceptNow() else {
      spareDescriptor.acquire()
      return false
    }
    add(connection, peer: Self.peer(of: connection), by: door, reserve: .descriptorLimit)
    return true
  }

  private static func peer(of connection: Connection) -> EndpointPeer {
    switch connection.peer {
    case .v4(_, let port), .v6(_, _, _, let port): .ip(connection.peer?.ipBytes ?? [], port: port)
    case .unix: .unix
    case nil: if case .unix = connection.local { .unix } else { .unknown }
    }
  }
}

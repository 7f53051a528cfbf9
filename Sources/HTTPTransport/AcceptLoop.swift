// How does a server go on accepting, whatever the system says?

import SocketIO
import Synchronization

extension ServerCore {
  /// How many connections are accepted before the others are looked at again: few enough that a request
  /// which has come with its connection is read before newer connections can push it out.
  private static let batch = 8
  private static let pause = Duration.milliseconds(50)

  /// Accepts until the server has ended.
  func acceptConnections(on listener: Listener) async {
    while drain.stage.load(ordering: .relaxed) != .finished {
      var accepted = 0
      attempts: while accepted < Self.batch {
        if isFull {
          // Nobody gives way before there is somebody to give way to.
          guard await waitForConnection(on: listener) else { return }
          guard makeAnyRoom() else {
            await roomSignal.wait(on: loop, atMost: Self.pause)
            break attempts
          }
        }
        switch listener.acceptNow() {
        case .accepted(let connection):
          accepted += 1
          admit(connection)
        case .wouldBlock:
          guard await waitForConnection(on: listener) else { return }
          accepted = 0
        case .failed(let errno):
          if await !recover(from: errno, on: listener) { return }
        }
      }
      // The connections just accepted, and those that are ready, come first.
      await Task.yield()
    }
  }

  private func waitForConnection(on listener: Listener) async -> Bool {
    switch await listener.descriptor.readable(until: .max) {
    case .ready: return true
    case .deadlineExceeded, .cancelled, .closed, .busy: return false
    }
  }

  /// Whether every place is taken, those of the reserve too. While that is so, a connection stays in the
  /// system's queue, where its peer waits, and meets no closed door.
  private var isFull: Bool { counters.connections.load(ordering: .relaxed) >= mostConnections }

  private func makeAnyRoom() -> Bool { !isFull || evict(fromReserve: false) || evict(fromReserve: true) }

  private func admit(_ connection: Connection) {
    let peer = Self.peer(of: connection)
    switch makeRoom(for: peer) {
    case .regular: add(connection, peer: peer, reserve: nil)
    case .reserve(let reason): add(connection, peer: peer, reserve: reason)
    case .none: connection.close()
    }
  }

  /// Makes accepting possible again; false when the listener itself is gone.
  private func recover(from errno: Int32, on listener: Listener) async -> Bool {
    switch AcceptFailure(errno: errno) {
    case .connectionGone: return true
    case .listenerUnusable: return false
    case .outOfResources, .other: break
    }
    counters.acceptFailures.wrappingAdd(1, ordering: .relaxed)
    observer?.acceptFailed(errno: errno)
    await roomSignal.wait(on: loop, atMost: Self.pause)
    return true
  }

  private static func peer(of connection: Connection) -> HTTPPeer {
    switch connection.peer {
    case .v4(_, let port), .v6(_, _, _, let port): .ip(connection.peer?.ipBytes ?? [], port: port)
    case .unix: .unix
    case nil: if case .unix = connection.local { .unix } else { .unknown }
    }
  }
}

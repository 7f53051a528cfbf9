// How are connections taken, limited and drained? The same way for SMTP and IMAP.

import ObservabilityPlatform
import ObservabilitySockets
import Synchronization

/// What a session tells its server, so that draining ends idle sessions at once and lets busy ones finish.
final class SessionControl: Sendable {
  /// What tells the session from the server's others.
  let id: Int
  private let idle = Atomic<Bool>(true)
  private let draining = Atomic<Bool>(false)

  init(id: Int) { self.id = id }

  /// Whether the session may be ended without losing work. Set it before waiting for input.
  var isIdle: Bool { idle.load(ordering: .sequentiallyConsistent) }
  func setIdle(_ isIdle: Bool) { idle.store(isIdle, ordering: .sequentiallyConsistent) }

  /// Whether the server wants the session to end as soon as it can.
  var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }
  func drain() { draining.store(true, ordering: .sequentiallyConsistent) }
}

/// A listener and its sessions, all on one event loop.
final class SessionServer: Sendable {
  typealias Serve = @Sendable (Connection, SessionControl) async -> Void

  private struct Session {
    let task: Task<Void, Never>
    let control: SessionControl
  }

  private struct State {
    var sessions: [Int: Session] = [:]
    var nextID = 0
    var isDraining = false
  }

  private let loop: EventLoop
  private let listener: Listener
  private let limit: Int
  private let refuse: @Sendable (Connection) async -> Void
  private let serve: Serve
  private let state = Locked(State())

  /// - Parameters:
  ///   - limit: how many sessions there may be at once; `refuse` answers the next one.
  ///   - serve: one session from its greeting to its end; the connection is closed afterwards.
  init(
    loop: EventLoop, address: String, limit: Int, refuse: @escaping @Sendable (Connection) async -> Void,
    serve: @escaping Serve
  ) throws {
    self.loop = loop
    self.limit = limit
    self.refuse = refuse
    self.serve = serve
    listener = try Listener(loop: loop, address: SocketAddress.parse(address))
  }

  var boundAddress: SocketAddress { listener.boundAddress }

  /// Accepts until the listener is closed.
  func start() {
    Task(executorPreference: loop) {
      while true {
        do {
          self.begin(try await self.listener.accept())
        } catch let error as SocketError where error.code == .systemCall {
          // Most often no descriptor is left: others must end before another one can begin.
          await self.loop.sleep(for: .milliseconds(50))
        } catch {
          return
        }
      }
    }
  }

  private func begin(_ connection: Connection) {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let control = SessionControl(id: id)
    // Entered in the table before it runs, so that its end always finds it there.
    state.withLock { state in
      let isRefused = state.sessions.count >= limit
      if state.isDraining { control.drain() }
      let task = Task(executorPreference: loop) {
        if isRefused { await self.refuse(connection) } else { await self.serve(connection, control) }
        connection.close()
        self.state.withLock { _ = $0.sessions.removeValue(forKey: id) }
      }
      state.sessions[id] = Session(task: task, control: control)
    }
  }

  /// Stops accepting, ends idle sessions, and gives the others `gracePeriod` to finish.
  func drain(gracePeriod: Duration) async {
    listener.close()
    let sessions = state.withLock { state in
      state.isDraining = true
      return Array(state.sessions.values)
    }
    for session in sessions {
      session.control.drain()
      if session.control.isIdle { session.task.cancel() }
    }
    let deadline = loop.schedule(after: gracePeriod) {
      for session in sessions { session.task.cancel() }
    }
    for session in sessions { await session.task.value }
    deadline.cancel()
  }
}

extension EventLoop {
  /// Waits on the loop's own timer: `Task.sleep` would wait for the cooperative pool.
  func sleep(for duration: Duration) async {
    await withCheckedContinuation { continuation in
      _ = schedule(after: duration) { continuation.resume() }
    }
  }
}

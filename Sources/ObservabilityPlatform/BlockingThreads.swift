// Where do calls run that may block for ever?

/// A bounded number of short-lived threads for calls that block: name resolution, `statvfs` on a mount whose
/// server is gone, a host's log hook.
///
/// The cooperative pool has as many threads as the machine has processors, so a few such calls would stop
/// the whole process. A thread that never returns counts against the limit and is not replaced, so that calls
/// which hang must not take the threads of others: calls of different kinds have instances of their own, and
/// within one a key, which stands for what they hang on, has a share. A thread lives for as long as there is
/// work that it may take, and ends.
package final class BlockingThreads: Sendable {
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// As many calls are waiting as may wait.
    case queueIsFull
    /// The system would not create a thread (an error number).
    case noThread(Int32)

    package var description: String {
      switch self {
      case .queueIsFull: "too many blocking calls are waiting for a thread"
      case .noThread(let code): "no thread can be created: \(SystemError.text(code))"
      }
    }
  }

  /// By its bytes: to `String ==` two mounts whose names differ in nothing but how an accent is written are one.
  private struct Key: Hashable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
  }

  private struct Work {
    let id: UInt64
    let key: Key
    let run: @Sendable () -> Void
  }

  private struct State {
    var queue: [Work] = []
    var threads = 0
    /// How much work of each key is being done.
    var running: [Key: Int] = [:]
    var lastID: UInt64 = 0
  }

  private let limit: Int
  private let shareLimit: Int
  private let queueLimit: Int
  private let state = Locked(State())

  /// - Parameters:
  ///   - limit: the most threads.
  ///   - shareLimit: how many of them one key may have.
  ///   - queueLimit: how many calls may wait for a thread.
  package init(limit: Int, shareLimit: Int = .max, queueLimit: Int) {
    self.limit = max(limit, 1)
    self.shareLimit = max(shareLimit, 1)
    self.queueLimit = max(queueLimit, 1)
  }

  /// Threads that exist now.
  package var threadCount: Int { state.withLock { $0.threads } }

  /// Runs `work` on one of the threads, in the order of submission as far as the shares of keys allow, and
  /// returns without waiting for it.
  ///
  /// - Returns: what identifies the work to ``withdraw(_:)``.
  @discardableResult
  package func submit(key: String = "", _ work: @escaping @Sendable () -> Void) throws(Refusal) -> UInt64 {
    enum Outcome { case queued(UInt64, needsThread: Bool), full }
    let key = Key(key)
    let outcome = state.withLock { state -> Outcome in
      guard state.queue.count < queueLimit else { return .full }
      state.lastID &+= 1
      state.queue.append(Work(id: state.lastID, key: key, run: work))
      // One whose share is used up is taken by the threads that have it.
      let needsThread = state.threads < limit && hasShareLeft(key, state)
      if needsThread { state.threads += 1 }
      return .queued(state.lastID, needsThread: needsThread)
    }
    guard case .queued(let id, let needsThread) = outcome else { throw .queueIsFull }
    guard needsThread, let code = startThread() else { return id }
    // Without any thread nobody would ever take the work; with one left, it waits its turn.
    let isStranded = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0, let index = state.queue.firstIndex(where: { $0.id == id }) else {
        return false
      }
      state.queue.remove(at: index)
      return true
    }
    if isStranded { throw .noThread(code) }
    return id
  }

  /// Takes back work that has not begun. False when it has.
  package func withdraw(_ id: UInt64) -> Bool {
    state.withLock { state in
      guard let index = state.queue.firstIndex(where: { $0.id == id }) else { return false }
      state.queue.remove(at: index)
      return true
    }
  }

  /// Runs `work` on one of the threads and waits for it without holding a thread of the pool.
  ///
  /// Cancellation ends the waiting only while the work has not begun. Afterwards it waits on purpose: were
  /// the caller to go away, the next call would take one more thread for the same mount that hangs.
  ///
  /// - Parameter onBegin: called on the thread before the work.
  package func run<Value: Sendable>(
    key: String = "", onBegin: @escaping @Sendable () -> Void = {},
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let call = Locked(Call<Value>())
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        call.withLock { $0.continuation = continuation }
        do {
          let id = try submit(key: key) {
            let continuation = call.withLock { $0.take() }
            onBegin()
            continuation?.resume(with: Result { try work() })
          }
          let isCancelled = call.withLock { call in
            call.work = id
            return call.isCancelled
          }
          if isCancelled { cancel(call) }
        } catch {
          call.withLock { $0.take() }?.resume(throwing: error)
        }
      }
    } onCancel: {
      call.withLock { $0.isCancelled = true }
      cancel(call)
    }
  }

  private struct Call<Value: Sendable> {
    var continuation: CheckedContinuation<Value, any Error>?
    var work: UInt64?
    var isCancelled = false

    mutating func take() -> CheckedContinuation<Value, any Error>? {
      defer { continuation = nil }
      return continuation
    }
  }

  private func cancel<Value: Sendable>(_ call: Locked<Call<Value>>) {
    guard let work = call.withLock({ $0.work }), withdraw(work) else { return }
    call.withLock { $0.take() }?.resume(throwing: CancellationError())
  }

  private func hasShareLeft(_ key: Key, _ state: State) -> Bool {
    state.running[key, default: 0] < shareLimit
  }

  /// The next work, when the thread has ended what it did; nil ends the thread. Work whose key has its share
  /// is left to those that have it, and they come here when they are done.
  private func takeWork(after done: Work?) -> Work? {
    state.withLock { state in
      if let done {
        let left = state.running[done.key, default: 1] - 1
        state.running[done.key] = left > 0 ? left : nil
      }
      guard let place = state.queue.firstIndex(where: { hasShareLeft($0.key, state) }) else {
        state.threads -= 1
        return nil
      }
      let work = state.queue.remove(at: place)
      state.running[work.key, default: 0] += 1
      return work
    }
  }

  /// Starts a thread that works until there is nothing left to do. Returns an error number when it cannot.
  private func startThread() -> Int32? {
    do throws(SystemError) {
      // Enough of a stack for the modules of the name service switch, which live on it.
      try SystemThread.start(name: "blocking work", stackSize: 512 * 1024) { [self] in
        var done: Work?
        while let work = takeWork(after: done) {
          work.run()
          done = work
        }
      }.detach()
      return nil
    } catch {
      return error.code
    }
  }
}

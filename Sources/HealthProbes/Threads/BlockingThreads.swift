// Where do calls run that may block for ever?

import ObservabilityPlatform

/// A bounded number of short-lived threads for calls that block: name resolution, `statvfs` on a mount whose
/// server is gone, a host's log hook.
///
/// The cooperative pool has as many threads as the machine has processors, so a few such calls would stop
/// the whole process. Here they stop nothing but their own check: a thread that never returns counts against
/// the limit and is not replaced. A thread lives for as long as there is work, and ends.
final class BlockingThreads: Sendable {
  enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// As many calls are waiting as may wait.
    case queueIsFull
    /// The system would not create a thread (an error number).
    case noThread(Int32)

    var description: String {
      switch self {
      case .queueIsFull: "too many blocking calls are waiting for a thread"
      case .noThread(let code): "no thread can be created: \(SystemError.text(code))"
      }
    }
  }

  private struct Work {
    let id: UInt64
    let run: @Sendable () -> Void
  }

  private struct State {
    var queue: [Work] = []
    var threads = 0
    var lastID: UInt64 = 0
  }

  /// The threads that built-in checks share.
  static let shared = BlockingThreads(limit: 16, queueLimit: 1024)

  private let limit: Int
  private let queueLimit: Int
  private let state = Locked(State())

  init(limit: Int, queueLimit: Int) {
    self.limit = max(limit, 1)
    self.queueLimit = max(queueLimit, 1)
  }

  /// Threads that exist now.
  var threadCount: Int { state.withLock { $0.threads } }

  /// Runs `work` on one of the threads, in the order of submission, and returns without waiting for it.
  ///
  /// - Returns: what identifies the work to ``withdraw(_:)``.
  @discardableResult
  func submit(_ work: @escaping @Sendable () -> Void) throws(Refusal) -> UInt64 {
    enum Outcome { case queued(UInt64, needsThread: Bool), full }
    let outcome = state.withLock { state -> Outcome in
      guard state.queue.count < queueLimit else { return .full }
      state.lastID &+= 1
      state.queue.append(Work(id: state.lastID, run: work))
      let needsThread = state.threads < limit
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
  func withdraw(_ id: UInt64) -> Bool {
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
  func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let call = Locked(Call<Value>())
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        call.withLock { $0.continuation = continuation }
        do {
          let id = try submit {
            let continuation = call.withLock { $0.take() }
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

  private func takeWork() -> Work? {
    state.withLock { state in
      if state.queue.isEmpty {
        state.threads -= 1
        return nil
      }
      return state.queue.removeFirst()
    }
  }

  /// Starts a thread that works until there is nothing left to do. Returns an error number when it cannot.
  private func startThread() -> Int32? {
    do throws(SystemError) {
      // Enough of a stack for the modules of the name service switch, which live on it.
      try SystemThread.start(name: "blocking work", stackSize: 512 * 1024) { [self] in
        while let work = takeWork() { work.run() }
      }.detach()
      return nil
    } catch {
      return error.code
    }
  }
}

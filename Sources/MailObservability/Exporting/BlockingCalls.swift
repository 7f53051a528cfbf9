// How does a collector call what may block for ever?

import ObservabilityPlatform

/// Runs calls that may block, such as `statfs` on a mount whose server is gone or a dialogue with a device, on a
/// bounded number of threads of their own, and waits for each no longer than it is told.
///
/// ```swift
/// let calls = BlockingCalls(limit: 8)
/// let usage = try await calls.run("/srv", within: .seconds(2)) { try Volume.usage(of: "/srv") }
/// ```
///
/// The cooperative pool has as many threads as the machine has processors, so a few calls that block there would stop
/// the whole process. Here one that never returns keeps one thread, and of calls with the same key one runs at a
/// time: the next waits in its turn, within its own limit. So a mount that hangs costs one thread, however often it
/// is asked for. Keys are compared by their bytes. Calls of different kinds have instances of their own. A thread ends
/// when there is nothing to do. May be used from any thread.
public final class BlockingCalls: Sendable {
  private let threads: BlockingThreads

  /// Threads for calls of one kind.
  ///
  /// - Parameter limit: the most threads, from 1 to 1,024.
  public init(limit: Int = 16) {
    threads = BlockingThreads(limit: min(max(limit, 1), 1024), shareLimit: 1, queueLimit: 4096)
  }

  /// Runs `work` on one of the threads and waits for what it returns or throws.
  ///
  /// - Parameters:
  ///   - key: what the work may hang on.
  ///   - limit: how long it is waited for, for a thread and for its turn included; zero or less gives no time at all.
  ///   - work: called once at most. It is not called any more when the limit has passed before its turn; when it has
  ///     begun, it goes on, and what comes of it is dropped.
  /// - Throws: what `work` throws; ``BlockingCallError`` when it is late or there is no thread for it;
  ///   `CancellationError` when the waiting task is cancelled.
  public func run<Value: Sendable>(
    _ key: String, within limit: Duration, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let late = BlockingCallError(
      .late, "\(key.oneLine(atMost: 256)) did not return within \(max(.zero, limit.clamped))")
    guard limit > .zero else { throw late }
    let threads = threads
    let end = ContinuousClock.now + limit.clamped
    let inTime: @Sendable () throws -> Value = {
      // That it is waited for no longer is told by another thread, and may come after its turn.
      guard ContinuousClock.now < end else { throw late }
      return try work()
    }
    let outcome = await offLoop(within: limit, timer: TaskSleepTimer(), of: "blocking call") {
      try await threads.run(key: key, inTime)
    }
    switch outcome {
    case .finished(let value): return value
    case .failed(let refusal as BlockingThreads.Refusal):
      throw BlockingCallError(.busy, refusal.description)
    case .failed(let error): throw error
    case .deadlineExceeded: throw late
    }
  }
}

/// Why a call has no outcome.
public struct BlockingCallError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable {
    private enum Kind { case late, busy }
    private let kind: Kind

    /// It did not return within its limit.
    public static let late = Code(kind: .late)
    /// Too many calls wait already, or the system gives no thread.
    public static let busy = Code(kind: .busy)
  }

  /// What kind of error it is.
  public let code: Code
  /// What was waited for, and for how long.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

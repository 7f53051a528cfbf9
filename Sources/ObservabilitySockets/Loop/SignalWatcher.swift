// How does a program learn, on a loop, that it has been told to end?
// Not through the cooperative pool, which may be what is stuck.

import ObservabilityPlatform
import CObservabilityShims
import Synchronization

/// Where the signal handler writes; one for the process, as signal handlers are.
private let signalPipe = Atomic<Int32>(-1)

/// Calls an action on a loop for each signal that arrives, `SIGTERM` for example, instead of what the signal
/// would do otherwise.
///
/// For programs, not for libraries: signals belong to the process. There is one at a time; the second, while
/// the first is there, throws.
package final class SignalWatcher: Sendable {
  private let descriptor: Descriptor
  private let writeEnd: Int32
  private let signals: [Int32]

  /// Begins to watch.
  ///
  /// - Parameter action: called on the loop with the number of the signal.
  /// - Throws: `SocketError` when there is a watcher already, the system gives no pipe, or a number is none of a
  ///   signal that can be watched; then nothing is changed.
  package init(
    _ signals: [Int32], on loop: EventLoop, action: @escaping @Sendable (Int32) -> Void
  ) throws(SocketError) {
    for signal in signals where !canBeCaught(signal) {
      throw SocketError(.invalidSignal, "\(signal) is no signal that can be caught")
    }
    var ends: [Int32] = [-1, -1]
    let status = mailobs_pipe(&ends)
    guard status == 0 else { throw .systemCall("making the pipe of the signal watcher", errno: -status) }
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let taken = signalPipe.compareExchange(
      expected: -1, desired: writeEnd, ordering: .sequentiallyConsistent)
    guard taken.exchanged else {
      systemClose(readEnd)
      systemClose(writeEnd)
      throw SocketError(.busy, "watching signals: another watcher does so already")
    }
    self.signals = signals
    self.writeEnd = writeEnd
    let descriptor = Descriptor(readEnd, loop: loop)
    self.descriptor = descriptor
    for signal in signals { install(signal, handleSignal) }
    Task(executorPreference: loop) { await Self.watch(descriptor, action) }
  }

  /// Ends the watching, and gives the signals back what they do by default.
  deinit {
    for signal in signals { install(signal, SIG_DFL) }
    signalPipe.store(-1, ordering: .sequentiallyConsistent)
    let (descriptor, writeEnd) = (descriptor, writeEnd)
    descriptor.loop.execute {
      descriptor.close()
      systemClose(writeEnd)
    }
  }

  private static func watch(_ descriptor: Descriptor, _ action: @Sendable (Int32) -> Void) async {
    while case .ready = await descriptor.readable(until: .max) {
      var number: UInt8 = 0
      while withUnsafeMutableBytes(of: &number, { systemRead(descriptor.fd, into: $0) }) == 1 {
        action(Int32(number))
      }
    }
  }
}

/// The system refuses numbers of no signal and those that it needs itself.
private func canBeCaught(_ signal: Int32) -> Bool {
  signal != SIGKILL && signal != SIGSTOP && sigaction(signal, nil, nil) == 0
}

private func install(_ signal: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
  var action = sigaction()
  #if canImport(Darwin)
    action.__sigaction_u.__sa_handler = handler
  #else
    action.__sigaction_handler.sa_handler = handler
  #endif
  action.sa_flags = Int32(SA_RESTART)
  sigaction(signal, &action, nil)
}

/// Runs wherever the signal finds the process: nothing but a write, and the interrupted code's errno kept.
private func handleSignal(_ signal: Int32) {
  let before = errno
  var number = UInt8(truncatingIfNeeded: signal)
  _ = write(signalPipe.load(ordering: .relaxed), &number, 1)
  errno = before
}

// Does a signal reach the loop?

import ObservabilityPlatform
import Testing

@testable import ObservabilitySockets

@Suite("Signals", .timeLimit(.minutes(30)))
struct SignalWatcherTests {
  @Test("A watched signal calls the action on the loop, once each, and a second watcher is refused")
  func signal() async throws {
    let loop = try EventLoop(name: "signals")
    defer { loop.shutdown() }
    let (numbers, continuation) = AsyncStream.makeStream(of: (Int32, Bool).self)
    let watcher = try SignalWatcher([SIGUSR2], on: loop) { continuation.yield(($0, loop.isCurrent)) }
    #expect(throws: SocketError.self) { _ = try SignalWatcher([SIGUSR2], on: loop) { _ in } }
    var arrived = numbers.makeAsyncIterator()
    for _ in 0..<2 {
      kill(getpid(), SIGUSR2)
      let (number, isOnLoop) = try #require(await arrived.next())
      #expect(number == SIGUSR2)
      #expect(isOnLoop)
    }
    withExtendedLifetime(watcher) {}
  }

  @Test(
    "What is no signal, or cannot be caught, is refused, and nothing is watched then",
    arguments: [SIGKILL, SIGSTOP, 0, -1, .min, .max, 4711])
  func uncatchable(signal: Int32) throws {
    let loop = try EventLoop(name: "signals")
    defer { loop.shutdown() }
    #expect { _ = try SignalWatcher([SIGURG, signal], on: loop) { _ in } } throws: {
      ($0 as? SocketError)?.code == .invalidSignal
    }
    var action = sigaction()
    sigaction(SIGURG, nil, &action)
    #if canImport(Darwin)
      #expect(action.__sigaction_u.__sa_handler == nil)
    #else
      #expect(action.__sigaction_handler.sa_handler == nil)
    #endif
  }
}

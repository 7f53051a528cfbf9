// What several tests of instruments use.

import ObservabilityPlatform
@testable import MetricInstruments
import Synchronization

/// Runs `body` on so many real threads at once and waits for them all. Threads, not tasks: what is tested is meant for
/// threads, and a pool of two would hide it.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Work: Sendable {
    let body: @Sendable (Int) -> Void
    let index: Int
    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.index = index
      self.body = body
    }
  }
  var threads: [pthread_t] = []
  for index in 0..<count {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let work = Unmanaged.passRetained(Work(index, body)).toOpaque()
    pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        #else
          guard let argument else { return nil }
          let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        #endif
        work.body(work.index)
        return nil
      }, work)
    #if canImport(Darwin)
      if let thread { threads.append(thread) }
    #else
      threads.append(thread)
    #endif
  }
  for thread in threads { pthread_join(thread, nil) }
}

/// A clock that a test moves by hand.
final class ManualNanoseconds: Sendable {
  private let now = Atomic<UInt64>(1_000_000_000)
  var clock: MonotonicClock { MonotonicClock { self.now.load(ordering: .relaxed) } }
  func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    now.add(nanoseconds, ordering: .relaxed)
  }
}

enum Colour: String, ClosedLabel { case red, green, blue }
enum Size: String, ClosedLabel { case small, large }
enum Shape: String, ClosedLabel { case round, square, flat }
enum Only: String, ClosedLabel { case one }

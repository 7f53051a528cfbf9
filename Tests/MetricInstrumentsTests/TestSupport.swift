// What several tests of instruments use.

import MetricInstruments
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A reproducible source of random numbers (SplitMix64, Steele et al.); print the seed when a test fails.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

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

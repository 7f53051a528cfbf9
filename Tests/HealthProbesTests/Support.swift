// What do the tests of this module share?

import HealthProbes
import Locking

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct Broken: Error, CustomStringConvertible {
  let description: String
}

/// A generator whose sequence follows from its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Holds callers for as long as the test wants, whatever becomes of their tasks.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var held: [CheckedContinuation<Void, Never>] = []
    var passes = 0
  }

  private let state = Locked(State())

  /// How often the gate has been reached.
  var visits: Int { state.withLock { $0.passes } }

  func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        state.passes += 1
        if !state.isOpen { state.held.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isOpen = true
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  func close() {
    state.withLock { $0.isOpen = false }
  }
}

/// Blocks the thread, as a host's code may do.
func blockThread(milliseconds: UInt32) {
  usleep(milliseconds * 1000)
}

/// Lets other tasks run until `condition` holds. Gives up after a number of turns that only a defect needs.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
  for turn in 0..<20_000 {
    if condition() { return true }
    if turn < 1000 { await Task.yield() } else { usleep(500) }
  }
  return condition()
}

/// A registry on a manual clock, whose hooks are called at once.
func makeRegistry(_ clock: ManualHealthClock = ManualHealthClock()) -> HealthRegistry {
  HealthRegistry(clock: clock, timer: clock, hooks: .inline)
}

func onDemand(
  _ name: String, probes: ProbeSet = .ready, failureThreshold: Int = 1, successThreshold: Int = 1,
  impact: HealthCheck.Impact = .blocks, run: @escaping @Sendable () async throws -> HealthResult
) throws -> HealthCheck {
  try HealthCheck(
    name, probes: probes, mode: .onDemand, failureThreshold: failureThreshold,
    successThreshold: successThreshold, impact: impact, run: run)
}

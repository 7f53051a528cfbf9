// What do the tests of this module share?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform

struct Broken: Error, CustomStringConvertible {
  let description: String
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

extension ManualClock: HealthClock {
  var now: HealthInstant { HealthInstant(sinceOrigin: elapsed) }
  var unixTime: Duration { .seconds(1_700_000_000) + elapsed }
}

/// A registry on a manual clock, whose hooks are called at once.
func makeRegistry(_ clock: ManualClock = ManualClock()) -> HealthRegistry {
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

// What do the tests of this module share?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform

struct Broken: Error, CustomStringConvertible {
  let description: String
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

// How does a test start a server that no slow machine can make late?

@testable import HealthProbes
import MailObservability
import TestSupport

extension MetricsConfig {
  /// On a free port, with deadlines that no machine is slow enough to reach.
  static var patient: MetricsConfig {
    var config = MetricsConfig(bindAddress: "127.0.0.1:0")
    let never = Duration.seconds(1_000_000)
    config.executorThreshold = never
    config.scrapeDeadline = never
    config.poolPatience = never
    (config.deadlines.head, config.deadlines.body, config.deadlines.handler) = (never, never, never)
    (config.deadlines.write, config.deadlines.keepAlive, config.deadlines.stall) = (never, never, never)
    (config.deadlines.reserveHead, config.deadlines.response) = (never, never)
    return config
  }
}

extension HealthRegistry {
  /// A registry for which no time passes, so that no check and no answer is ever late.
  static func timeless() -> HealthRegistry { HealthRegistry(clock: StoppedClock(), timer: ManualClock()) }
}

private struct StoppedClock: HealthClock {
  let now = HealthInstant(sinceOrigin: .zero)
  let unixTime = Duration.seconds(1_700_000_000)
}

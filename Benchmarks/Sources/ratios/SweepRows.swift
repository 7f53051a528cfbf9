// What does a removal cost, and what does a sweep cost those who look up meanwhile?

internal import MailObservability
internal import Synchronization
internal import Workloads
internal import _MailObservabilityBenchmarks

@MainActor
enum SweepRows {
  static var all: [Row] {
    [
      Row("remove among 100,000 series: a series / among 1,000", 1.5) {
        let hosts = hostNames(0..<100_000)
        // As for registration: as many series on either side, and what counts is the processor's time.
        func emptying(_ size: Int) -> Side {
          Side { iterations in
            var total = 0.0
            for _ in 0..<iterations {
              let made = try (0..<100_000 / size).map { _ in try Registries.emptyFamily(limit: 100_000) }
              let parts = made.indices.map { hosts[$0 * size..<($0 + 1) * size] }
              for (part, (_, family)) in zip(parts, made) { Registries.fill(family, part) }
              let reading = Crew.one.run(1) { _ in
                for (part, (_, family)) in zip(parts, made) { Registries.remove(family, part) }
              }
              total += reading.nanoseconds * reading.presence
            }
            return Reading(nanoseconds: total / Double(iterations), presence: 1)
          }.divided(by: 100_000)
        }
        return .compared(try .of(emptying(100_000), emptying(1_000)))
      },
      Row("series touched under one hold of a lock: growth, sweep and removal of 100,000", 256) {
        let hosts = hostNames(0..<100_000)
        let (registry, family) = try Registries.emptyFamily(limit: 100_000)
        Registries.fill(family, hosts[...])
        family.expireIdle(after: .seconds(3600))
        Registries.remove(family, hosts[..<50_000])
        family.expireIdle(after: .zero)
        return withExtendedLifetime(registry) { .quantity(Double(family.mostTouchedAtOnce), .count) }
      },
      Row("look-up beside a sweep of 100,000 series, 99.9th percentile / undisturbed", 5) {
        let hosts = hostNames(0..<100_000)
        var (disturbed, undisturbed): ([Double], [Double]) = ([], [])
        for _ in 0..<3 {
          let (registry, family) = try Registries.emptyFamily(limit: 100_000)
          Registries.fill(family, hosts[...])
          let isDone = DoneFlag()
          undisturbed += lookUps(family, hosts) { $0 < 300_000 }
          Task.detached {
            // The first look marks the series as idle, the second takes them out.
            for _ in 0..<8 { family.expireIdle(after: .seconds(3600)) }
            family.expireIdle(after: .zero)
            isDone.value.store(true, ordering: .releasing)
          }
          disturbed += lookUps(family, hosts) { _ in !isDone.value.load(ordering: .acquiring) }
          withExtendedLifetime(registry) {}
        }
        func percentile(_ times: [Double]) -> Double { times.sorted()[times.count * 999 / 1000] }
        return .compared(
          ours: percentile(disturbed), baseline: percentile(undisturbed), .nanoseconds,
          note: "\(disturbed.count) look-ups beside sweeps, the longest "
            + "\(Int((disturbed.max() ?? 0) / 1000)) us; undisturbed \(Int((undisturbed.max() ?? 0) / 1000)) us"
        )
      },
    ]
  }

  private final class DoneFlag: Sendable { let value = Atomic<Bool>(false) }

  /// How long each look-up took of a few values that are always in use, a clock reading included.
  private static func lookUps(
    _ family: BoundedFamily<Counter, (String, String)>, _ hosts: [String], while goesOn: (Int) -> Bool
  ) -> [Double] {
    var times: [Double] = []
    times.reserveCapacity(1 << 22)
    while goesOn(times.count) {
      let host = hosts[times.count & 63]
      let start = nanoseconds()
      family[host, "accepted"].increment()
      times.append(nanoseconds() - start)
    }
    return times
  }
}

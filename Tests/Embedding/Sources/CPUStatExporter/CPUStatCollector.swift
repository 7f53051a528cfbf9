// Which metrics are made of the statistics of processors?

public import CPUStat
public import MailObservability

/// Collects the times of processors.
public struct CPUStatCollector: Collector {
  static let timeUserHertzTotal = "cpustat_time_user_hertz_total"

  /// Its name in `collector_success`.
  public let name = "cpustat"
  /// The one family that it has.
  public let familyNames: Set<String> = [timeUserHertzTotal]
  private let stats: @Sendable () async throws -> [CPUStat]

  /// - Parameter stats: gives the statistics; must not block.
  public init(_ stats: @escaping @Sendable () async throws -> [CPUStat]) { self.stats = stats }

  /// The current times, or why there are none.
  public func collect() async -> [CollectedFamily] {
    do {
      let samples = try await stats().flatMap { stat in
        [("idle", stat.idle), ("system", stat.system), ("user", stat.user)].map { mode, time in
          CollectedSample(Double(time), ["cpu": stat.id, "mode": mode])
        }
      }
      return [
        CollectedFamily(
          Self.timeUserHertzTotal, .counter, help: "Time in USER_HZ a given CPU spent in a given mode.",
          samples: samples)
      ]
    } catch {
      return [.failed(Self.timeUserHertzTotal, error)]
    }
  }
}

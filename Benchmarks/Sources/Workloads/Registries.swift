// How are registries filled with series: for registration, for memory, for encoding?

public import MailObservability

/// Makes families and fills them.
public enum Registries {
  /// A registry with an empty family of two bounded labels.
  public static func emptyFamily(limit: Int) throws -> (Registry, BoundedFamily<Counter, (String, String)>) {
    let registry = try Registry()
    let family = try registry.register(
      .counter("bench_messages_total", help: "Messages."), byBounded: "domain", "result", limit: limit)
    return (registry, family)
  }

  /// Creates a series for each host.
  @inline(never)
  public static func fill(_ family: BoundedFamily<Counter, (String, String)>, _ hosts: ArraySlice<String>) {
    for host in hosts { _ = family[host, "accepted"] }
  }

  /// Takes out the series of each host.
  @inline(never)
  public static func remove(_ family: BoundedFamily<Counter, (String, String)>, _ hosts: ArraySlice<String>) {
    for host in hosts { family.remove(host, "accepted") }
  }

  /// A registry with one family of labelled counters that have values.
  public static func counters(_ count: Int) throws -> Registry {
    let (registry, family) = try emptyFamily(limit: count)
    for (index, host) in hostNames(0..<count).enumerated() {
      family[host, "accepted"].increment(by: index * 7919 % 100_000)
    }
    return registry
  }

  /// A registry with one family of labelled 12-bucket histograms that have values.
  public static func histograms(_ count: Int) throws -> Registry {
    let registry = try Registry()
    let family = try registry.register(
      .histogram("bench_duration_seconds", help: "Durations.", unit: "seconds", buckets: .latency),
      byBounded: "domain", "result", limit: count)
    for (index, host) in hostNames(0..<count).enumerated() {
      let series = family[host, "accepted"]
      for observation in 0..<20 { series.observe(durations[(index * 31 + observation) & 1023]) }
    }
    return registry
  }
}

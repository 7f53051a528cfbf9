// What does a scrape tell of the thread that serves it?

import MetricInstruments
import ObservabilitySockets

extension LoopStatistics {
  /// The statistics as metrics.
  func families(in namespace: String) -> [CollectedFamily] {
    func family(_ name: String, _ type: MetricType, _ help: String, _ value: Double) -> CollectedFamily {
      CollectedFamily(Registry.fullName(name, in: namespace), type, help: help, value: value)
    }
    return [
      family(
        "observability_loop_wakeups_total", .counter,
        "Times that the server's thread looked for something to do.", Double(wakeUps)),
      family(
        "observability_loop_busy_seconds_total", .counter, "Time that the server's thread spent on work.",
        Double(busyNanoseconds) / 1e9),
      family(
        "observability_loop_longest_slice_seconds", .gauge,
        "The most processor time between two looks at the connections, since the start.",
        Double(longestSliceNanoseconds) / 1e9),
      family(
        "observability_loop_queue_length", .gauge, "Jobs that waited when the server's thread last looked.",
        Double(queueLength)),
      family(
        "observability_loop_longest_queue", .gauge, "The most jobs that have ever waited, since the start.",
        Double(longestQueue)),
    ]
  }
}

// What does a scrape tell of the thread that serves it?

import MetricInstruments
import ObservabilitySockets

/// The families about the thread of an event loop.
enum LoopFamilies {
  /// The families, whose values are yet to come.
  static func unread(namespace: String) -> [CollectedFamily] {
    func family(_ name: String, _ type: MetricType, _ help: String) -> CollectedFamily {
      CollectedFamily(
        Registry.fullName("observability_loop_" + name, in: namespace), type, help: help, value: 0)
    }
    return [
      family("wakeups_total", .counter, "Times that the server's thread looked for something to do."),
      family("busy_seconds_total", .counter, "Time that the server's thread spent on work."),
      family(
        "longest_slice_seconds", .gauge,
        "The most processor time between two looks at the connections, since the start."),
      family("queue_length", .gauge, "Jobs that waited when the server's thread last looked."),
      family("longest_queue", .gauge, "The most jobs that have ever waited, since the start."),
    ]
  }

  /// Sets the values of the families, of which the first has this index.
  static func read(_ statistics: LoopStatistics, into families: inout [CollectedFamily], from first: Int) {
    func set(_ offset: Int, _ value: Double) { families[first + offset].samples[0].value = .number(value) }
    set(0, Double(statistics.wakeUps))
    set(1, Double(statistics.busyNanoseconds) / 1e9)
    set(2, Double(statistics.longestSliceNanoseconds) / 1e9)
    set(3, Double(statistics.queueLength))
    set(4, Double(statistics.longestQueue))
  }
}

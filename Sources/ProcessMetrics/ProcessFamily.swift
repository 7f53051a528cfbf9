// What are the metrics of the process called?

import MetricInstruments

/// A family and its series, under the names of the Prometheus guidelines, which have no prefix.
///
/// Source: Prometheus, "Writing client libraries", process metrics; client_golang, `process_collector.go`.
struct ProcessFamily: Sendable {
  let name: String
  let type: MetricType
  let help: String
  let unit: String
  /// What is shown under it, with its labels.
  let series: [(series: ProcessSeries, labels: [CollectedSample.Label])]

  private init(_ name: String, _ type: MetricType, _ help: String, unit: String = "", _ series: ProcessSeries)
  {
    (self.name, self.type, self.help, self.unit) = (name, type, help, unit)
    self.series = [(series, [])]
  }

  static let pressureLabels = ["resource", "kind"]

  private init(pressures: [(String, some: ProcessSeries, full: ProcessSeries)]) {
    (name, type, unit) = ("process_cgroup_pressure_seconds_total", .counter, "seconds")
    help =
      "Time in which some, or at once all, of the tasks of the process's control group waited for a resource."
    series = pressures.flatMap { resource, some, full in
      [("some", some), ("full", full)].map { kind, series in
        let labels = zip(ProcessFamily.pressureLabels, [resource, kind]).map {
          CollectedSample.Label($0, $1)
        }
        return (series, labels)
      }
    }
  }

  static let all = [
    ProcessFamily(
      "process_cpu_seconds_total", .counter, "Processor time that the process has used.", unit: "seconds",
      .processorTime),
    ProcessFamily(
      "process_resident_memory_bytes", .gauge, "Memory of the process that is not swapped out.",
      unit: "bytes", .resident),
    ProcessFamily(
      "process_virtual_memory_bytes", .gauge, "Address space of the process.", unit: "bytes", .virtual),
    ProcessFamily(
      "process_virtual_memory_max_bytes", .gauge, "Address space that the process may have.", unit: "bytes",
      .virtualLimit),
    ProcessFamily("process_open_fds", .gauge, "Open file descriptors.", .descriptors),
    ProcessFamily(
      "process_max_fds", .gauge, "File descriptors that may be open, by the soft limit.", .descriptorLimit),
    ProcessFamily(
      "process_start_time_seconds", .gauge, "When the process has started, in Unix time.", unit: "seconds",
      .start),
    ProcessFamily("process_threads", .gauge, "Threads of the process.", .threads),
    ProcessFamily(
      "process_network_receive_bytes_total", .counter,
      "Bytes of IPv4 that the network namespace of the process has received.", unit: "bytes", .received),
    ProcessFamily(
      "process_network_transmit_bytes_total", .counter,
      "Bytes of IPv4 that the network namespace of the process has sent.", unit: "bytes", .sent),
    ProcessFamily(
      "process_cgroup_memory_limit_bytes", .gauge,
      "The least limit of memory of the process's control group and those above it.", unit: "bytes",
      .cgroupMemoryLimit),
    ProcessFamily(
      "process_cgroup_memory_high_bytes", .gauge,
      "The least use of memory above which the kernel slows down the process's control group or one above it.",
      unit: "bytes", .cgroupMemoryHigh),
    ProcessFamily(
      "process_cgroup_memory_bytes", .gauge,
      "Memory, page cache included, of the control group that has the limit, or of the process's own.",
      unit: "bytes", .cgroupMemory),
    ProcessFamily(
      "process_cgroup_memory_working_set_bytes", .gauge,
      "Memory, without page cache, of the control group that has the limit, or of the process's own.",
      unit: "bytes", .cgroupWorkingSet),
    ProcessFamily(
      "process_cgroup_cpu_limit_cores", .gauge,
      "The least number of processors that the process's control group and those above it may use.",
      .cgroupCores),
    ProcessFamily(
      "process_cgroup_cpu_periods_total", .counter,
      "Periods of the processor limit in which its control group ran.", .cgroupPeriods),
    ProcessFamily(
      "process_cgroup_cpu_throttled_periods_total", .counter,
      "Periods in which the processor limit was used up.", .cgroupThrottledPeriods),
    ProcessFamily(
      "process_cgroup_cpu_throttled_seconds_total", .counter,
      "Time for which processors of the control group were kept from running by the processor limit.",
      unit: "seconds", .cgroupThrottled),
    ProcessFamily(pressures: [
      ("memory", .memorySome, .memoryFull), ("cpu", .processorSome, .processorFull),
      ("io", .diskSome, .diskFull),
    ]),
  ]

  /// The family with the series that have a value; nil without any.
  func shown(_ reading: ProcessReading) -> CollectedFamily? {
    let samples = series.compactMap { series, labels in
      reading[series].map { CollectedSample($0, labels: labels) }
    }
    return samples.isEmpty ? nil : CollectedFamily(name, type, help: help, unit: unit, samples: samples)
  }
}

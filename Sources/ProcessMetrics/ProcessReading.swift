// What is known of the process at one moment?

/// A series of the process metrics.
enum ProcessSeries: Int, CaseIterable, Sendable {
  case processorTime, resident, virtual, virtualLimit, descriptors, descriptorLimit, start, threads
  case received, sent
  case cgroupMemoryLimit, cgroupMemoryHigh, cgroupMemory, cgroupWorkingSet
  case cgroupCores, cgroupPeriods, cgroupThrottledPeriods, cgroupThrottled
  case memorySome, memoryFull, processorSome, processorFull, diskSome, diskFull
}

/// A value for each series that has one.
struct ProcessReading: Equatable, Sendable {
  private var values = [Double?](repeating: nil, count: ProcessSeries.allCases.count)

  subscript(series: ProcessSeries) -> Double? {
    get { values[series.rawValue] }
    set { values[series.rawValue] = newValue }
  }

  /// The series that have a value, a bit for each.
  var present: UInt64 {
    var bits: UInt64 = 0
    for (place, value) in values.enumerated() where value != nil { bits |= 1 << UInt64(place) }
    return bits
  }

  mutating func clear() {
    for place in values.indices { values[place] = nil }
  }
}

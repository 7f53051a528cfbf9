// How do the figures of the process come into a scrape?

package import MetricInstruments
import ObservabilityPlatform

/// Exports what the system says of this process, under `process_…`, whatever the registry's namespace is. It is read at each
/// scrape; what cannot be read is left out, and never 0.
///
/// Where the host has metrics of these names already, in the registry or by a collector, the host's are shown, and
/// `collector_success{collector="process_metrics"}` is 0.
package final class ProcessCollector: SynchronousCollector {
  package static let reservedName = "process_metrics"
  /// The names of the labels that its families have.
  package static let labels = ProcessFamily.pressureLabels

  package let name = ProcessCollector.reservedName
  package let givesWay = true
  private let state: Locked<State>

  fileprivate struct State {
    var reader: ProcessReader
    /// As they were last read: their memory is used again.
    var families: [CollectedFamily] = []
    /// The series in `families`.
    var present: UInt64 = 0
    /// Where in `families` each of them is.
    var places: [(series: ProcessSeries, family: Int, sample: Int)] = []
  }

  /// - Parameter root: what is put before `/proc` and `/sys`: empty, or a directory of a test.
  package convenience init(root: String = "") {
    self.init(ProcessReader(root: root))
  }

  init(_ reader: sending ProcessReader) { state = Locked(State(reader: reader)) }

  package var familyNames: Set<String> { Set(ProcessFamily.all.map(\.name)) }

  package func read() -> [CollectedFamily] {
    state.withLock { state in
      let reading = state.reader.read()
      let present = reading.present
      if present != state.present { state.show(reading, present) }
      for (series, family, sample) in state.places {
        if let value = reading[series] { state.families[family].samples[sample].value = .number(value) }
      }
      return state.families
    }
  }
}

extension ProcessCollector.State {
  /// Makes the families anew, of other series than before.
  fileprivate mutating func show(_ reading: ProcessReading, _ present: UInt64) {
    (families, places, self.present) = ([], [], present)
    for family in ProcessFamily.all {
      guard let shown = family.shown(reading) else { continue }
      let present = family.series.lazy.map(\.series).filter { reading[$0] != nil }
      for (sample, series) in present.enumerated() { places.append((series, families.count, sample)) }
      families.append(shown)
    }
  }
}

// What of a collector's answer may an encoder be given?

package import MetricInstruments

/// A collected family that every form of the exposition can carry: the encoders take nothing else of a collector's.
package struct CheckedFamily: Sendable {
  package let descriptor: FamilyDescriptor
  let content: Content

  enum Content: Sendable {
    case numbers([Series<Double>])
    /// Counts as many as the descriptor has bounds and one more, in every series.
    case distributions([Series<HistogramSnapshot>])
  }

  struct Series<Value: Sendable>: Sendable {
    let labels: Labels
    let value: Value
    let timestamp: SampleTimestamp?
  }

  /// Names and values, as many of the one as of the other.
  struct Labels: Sendable {
    var names: [String] = []
    var values: [String] = []
  }

  /// A family of numbers that the library itself makes: its names and labels are known to be right.
  package init(own descriptor: FamilyDescriptor, _ numbers: [(labelValue: String, number: Double)]) {
    let constants = descriptor.constantLabels
    var described = descriptor
    // They are among the labels of each sample, as a collector's are.
    described.constantLabels = .none
    self.descriptor = described
    content = .numbers(
      numbers.map {
        Series(
          labels: Labels(
            names: descriptor.labelNames + constants.names, values: [$0.labelValue] + constants.values),
          value: $0.number, timestamp: nil)
      })
  }

  init(_ descriptor: FamilyDescriptor, _ content: Content) {
    self.descriptor = descriptor
    self.content = content
  }
}

/// Why a family that a collector returned is not in the scrape.
package struct CollectedFamilyError: Error, CustomStringConvertible {
  let family: LabelText
  package let description: String

  init(_ family: String, _ problem: String) {
    self.family = LabelText(family)
    description = "\(family): \(problem)"
  }
}

/// When a sample was measured, as every format can carry it.
struct SampleTimestamp: Sendable {
  /// Since 1970.
  let milliseconds: UInt64

  /// The end of the year 9999. Milliseconds and nanoseconds that were given for seconds lie beyond it.
  private static let latest = 253_402_300_799.0

  init?(seconds: Double) {
    guard seconds >= 0, seconds <= SampleTimestamp.latest else { return nil }
    milliseconds = UInt64((seconds * 1000).rounded())
  }
}

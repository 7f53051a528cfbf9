// What of a collector's answer may an encoder be given?

package import MetricInstruments

/// A collected family that every form of the exposition can carry: the encoders take nothing else of a collector's.
package struct CheckedFamily: Sendable {
  /// What is the same at every scrape, as long as the collector returns the same series.
  var shape: CollectedShape
  /// One for each series; none when it is a histogram.
  var numbers: [Double] = []
  /// One for each series of a histogram, with counts as many as the descriptor has bounds and one more.
  var distributions: [HistogramSnapshot] = []
  /// One for each series, or none when no sample has one.
  var timestamps: [SampleTimestamp?] = []

  package var descriptor: FamilyDescriptor { shape.descriptor }

  init(_ shape: CollectedShape) { self.shape = shape }

  /// A family of numbers that the library itself makes: its names and labels are known to be right.
  package init(own descriptor: FamilyDescriptor) { shape = CollectedShape(own: descriptor, []) }

  /// Takes new numbers in the place of those that there are, whose memory is used again.
  ///
  /// - Parameters:
  ///   - descriptor: that of the family.
  ///   - count: how many series there are.
  ///   - label: the value of the label of each.
  ///   - number: the value of each.
  package mutating func update(
    own descriptor: FamilyDescriptor, _ count: Int, label: (Int) -> String, number: (Int) -> Double
  ) {
    var isSame = shape.labels.count == count
    for index in 0..<count where isSame {
      isSame = shape.labels[index].values.first?.hasSameBytes(as: label(index)) ?? false
    }
    if !isSame { shape = CollectedShape(own: descriptor, (0..<count).map(label)) }
    numbers.removeAll(keepingCapacity: true)
    for index in 0..<count { numbers.append(number(index)) }
  }

  func timestamp(_ series: Int) -> SampleTimestamp? { timestamps.isEmpty ? nil : timestamps[series] }
}

/// Why a family that a collector returned is not in the scrape.
package struct CollectedFamilyError: Error, CustomStringConvertible {
  let family: LabelText
  package let description: String

  /// What stands where a family is yet to be checked.
  package static let notYet = CollectedFamilyError("", "it has not been checked")

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

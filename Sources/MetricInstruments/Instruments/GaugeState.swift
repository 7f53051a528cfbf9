// Does a gauge have a value, and which?

/// What the one word of a gauge says.
enum GaugeState: Equatable {
  case value(Double)
  /// Nothing was recorded yet, and the exposition leaves it out until then.
  case unset
  /// The series was removed; its last state lies beside the word.
  case removed
  /// The value is in several parts.
  case divided

  // A gauge never holds NaN, so the words of some are free for the states in which there is no value.
  private static let unsetWord: UInt64 = 0x7FF8_0000_0000_0002
  static let removedWord: UInt64 = 0x7FF8_0000_0000_0001
  static let dividedWord: UInt64 = 0x7FF8_0000_0000_0003

  @inline(__always)
  init(word: UInt64) {
    switch word {
    case GaugeState.unsetWord: self = .unset
    case GaugeState.removedWord: self = .removed
    case GaugeState.dividedWord: self = .divided
    default: self = .value(Double(bitPattern: word))
    }
  }

  var word: UInt64 {
    switch self {
    case .value(let value): value.bitPattern
    case .unset: GaugeState.unsetWord
    case .removed: GaugeState.removedWord
    case .divided: GaugeState.dividedWord
    }
  }

  /// The value, or 0 while there is none here.
  @inline(__always)
  var value: Double {
    if case .value(let value) = self { value } else { 0 }
  }
}

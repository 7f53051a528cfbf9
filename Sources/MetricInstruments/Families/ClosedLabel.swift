// Which label values are known when the program is compiled?

/// A closed set of label values: an enum whose cases are all the values that a label can take.
///
/// ```swift
/// enum Verdict: String, ClosedLabel { case clean, spam, infected }
/// ```
///
/// A family over closed labels is an array indexed by the case, so a peer can never make it grow and reading a
/// child costs an addition. Conform enums without associated values; anything else is refused with an error when
/// a family is registered.
public protocol ClosedLabel: CaseIterable, Hashable, Sendable {
  /// The value as scrapers see it.
  var labelValue: String { get }
}

extension ClosedLabel where Self: RawRepresentable<String> {
  /// The raw value.
  public var labelValue: String { rawValue }
}

extension ClosedLabel {
  /// The position of the case in the order of declaration.
  ///
  /// An enum without associated values is stored as that number, in one byte up to 256 cases, so reading the byte
  /// is the whole cost. Registration checks it against `allCases`.
  @usableFromInline
  @inline(__always)
  var ordinal: Int {
    get {
      MemoryLayout<Self>.size == 1 ? Int(unsafeBitCast(self, to: UInt8.self)) : 0
    }
  }

  /// What makes the type unusable as a label, or nil.
  static var closedLabelProblem: String? {
    let cases = Array(allCases)
    guard !cases.isEmpty, cases.count <= 256, MemoryLayout<Self>.size == (cases.count == 1 ? 0 : 1) else {
      return "\(Self.self) must be an enum of 1 to 256 cases without associated values"
    }
    // A struct of one byte has the size of an enum, and values beyond its cases.
    guard cases.allSatisfy({ Mirror(reflecting: $0).displayStyle == .enum }) else {
      return "\(Self.self) must be an enum, with no mirror of its own"
    }
    guard cases.enumerated().allSatisfy({ $0.offset == $0.element.ordinal }) else {
      return "\(Self.self).allCases must list every case in the order of declaration"
    }
    guard Set(cases.map { LabelText($0.labelValue) }).count == cases.count else {
      return "two cases of \(Self.self) have the same label value"
    }
    return nil
  }
}

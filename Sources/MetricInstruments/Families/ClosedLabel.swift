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
  /// The value as scrapers see it, of at most 1,024 bytes.
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

  /// How many cases the type has, whether `allCases` lists them or not: the first number that is no case is
  /// nil.
  private static var caseCount: Int {
    MemoryLayout<Self?>.size == 1 ? Int(unsafeBitCast(Self?.none, to: UInt8.self)) : 256
  }

  /// The label values in the order of the ordinals, one for every value of the type: the only thing that a
  /// family or a state set is made of, since `allCases` is the host's code and may say something else the
  /// next time.
  static func closedLabelValues(for metric: String) throws(RegistrationError) -> [String] {
    func fail(_ message: String) -> RegistrationError {
      RegistrationError(.invalidLabels, of: metric, message)
    }
    let cases = Array(allCases)
    guard !cases.isEmpty, cases.count <= 256, MemoryLayout<Self>.size == (cases.count == 1 ? 0 : 1) else {
      throw fail("\(Self.self) must be an enum of 1 to 256 cases without associated values")
    }
    // A struct of one byte has the size of an enum, and values beyond its cases.
    guard !(Self.self is any CustomReflectable.Type),
      cases.allSatisfy({ Mirror(reflecting: $0).displayStyle == .enum })
    else {
      throw fail("\(Self.self) must be an enum, with no mirror of its own")
    }
    guard cases.count == caseCount, cases.enumerated().allSatisfy({ $0.offset == $0.element.ordinal }) else {
      throw fail("\(Self.self).allCases must list every case in the order of declaration")
    }
    let values = cases.map(\.labelValue)
    guard Set(values.map { LabelText($0) }).count == values.count else {
      throw fail("two cases of \(Self.self) have the same label value")
    }
    guard values.allSatisfy({ LabelText($0).text.utf8.count <= LabelValue.maximumLength }) else {
      throw fail("a label value of \(Self.self) has more than \(LabelValue.maximumLength) bytes")
    }
    return values
  }
}

// How is a series found whose label values are known when the program is compiled?

/// One series for each value of a label: `family[.fetch]` is an instrument.
///
/// Every series exists from the start, so reading one takes no lock, no hashing and no allocation.
public struct ClosedFamily<Child: MetricInstrument, Label: ClosedLabel>: Sendable {
  @usableFromInline let children: ContiguousArray<Child>

  init(children: [Child]) { self.children = ContiguousArray(children) }

  /// The series of a label value.
  @inlinable
  public subscript(_ label: Label) -> Child {
    @inline(__always) _read { yield children[label.ordinal] }
  }
}

/// One series for each pair of values of two labels.
public struct ClosedFamily2<Child: MetricInstrument, First: ClosedLabel, Second: ClosedLabel>: Sendable {
  @usableFromInline let children: ContiguousArray<Child>
  @usableFromInline let seconds: Int

  init(_ combinations: ClosedCombinations, children: [Child]) {
    self.children = ContiguousArray(children)
    seconds = combinations.values[1].count
  }

  /// The series of two label values.
  @inlinable
  public subscript(_ first: First, _ second: Second) -> Child {
    @inline(__always) _read { yield children[first.ordinal &* seconds &+ second.ordinal] }
  }
}

/// One series for each combination of values of three labels.
public struct ClosedFamily3<
  Child: MetricInstrument, First: ClosedLabel, Second: ClosedLabel, Third: ClosedLabel
>: Sendable {
  @usableFromInline let children: ContiguousArray<Child>
  @usableFromInline let seconds: Int
  @usableFromInline let thirds: Int

  init(_ combinations: ClosedCombinations, children: [Child]) {
    self.children = ContiguousArray(children)
    seconds = combinations.values[1].count
    thirds = combinations.values[2].count
  }

  /// The series of three label values.
  @inlinable
  public subscript(_ first: First, _ second: Second, _ third: Third) -> Child {
    @inline(__always) _read {
      yield children[(first.ordinal &* seconds &+ second.ordinal) &* thirds &+ third.ordinal]
    }
  }
}

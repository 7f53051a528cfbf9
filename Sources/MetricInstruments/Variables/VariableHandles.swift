// What does a program hold of the variables that it publishes?

import ObservabilityPlatform

/// A published integer, exact in 64 bits. An amount that would carry it further is refused and counted as `too_large`.
public struct IntegerVariable: Sendable {
  let cell: VariableCell

  /// Adds an amount, which may be negative.
  public func add(_ amount: Int) { cell.add(amount) }

  /// Replaces the value.
  public func set(_ value: Int) { cell.set(value) }

  /// The current value.
  public var value: Int {
    switch cell.number {
    case .integer(let value): Int(clamping: value)
    case .double(let value): Int(exactly: value.rounded(.towardZero)) ?? 0
    }
  }
}

/// A published floating-point number. What is not finite is refused and counted.
public struct DoubleVariable: Sendable {
  let cell: VariableCell

  /// Adds an amount, which may be negative.
  public func add(_ amount: Double) { cell.add(amount) }

  /// Replaces the value.
  public func set(_ value: Double) { cell.set(value) }

  /// The current value.
  public var value: Double {
    switch cell.number {
    case .integer(let value): Double(value)
    case .double(let value): value
    }
  }
}

/// A published text.
public final class StringVariable: Sendable {
  private let text = Locked("")

  init() {}

  /// Replaces the text.
  public func set(_ value: String) { text.withLock { $0 = value } }

  /// The current text.
  public var value: String { text.withLock { $0 } }
}

/// Published numbers by key: `results["pass"].add(1)`.
///
/// A key appears at its first use. The number of keys is bounded; see ``PublishedVariables/map(_:label:_:limit:)``.
public struct MapVariable: Sendable {
  let series: BoundedSeries<VariableCell>

  /// The number of a key; keep it where a key is used often.
  public subscript(_ key: String) -> MapNumber { MapNumber(cell: series.find(key)) }

  /// The number of a key that is bytes. If they are not UTF-8, the key is their escaped form: what is neither printable
  /// nor ASCII as `\t`, `\xff` or `\u00f1`, as Go quotes it.
  public subscript(bytes key: some Collection<UInt8>) -> MapNumber {
    self[String(validating: key, as: UTF8.self) ?? QuotedASCII.text(of: key)]
  }

  /// How many keys there are.
  public var count: Int { series.index.count }
}

/// One number of a map: an exact integer, until something is added to it that is not.
public struct MapNumber: Sendable {
  let cell: VariableCell

  /// Adds an integer, which may be negative. One that would carry the sum past 64 bits is refused and counted.
  public func add(_ amount: Int) { cell.add(amount) }

  /// Adds a floating-point amount; the number is one from now on. What is not finite is refused and counted.
  public func add(_ amount: Double) { cell.add(amount) }

  /// Replaces the number by an integer.
  public func set(_ value: Int) { cell.set(value) }

  /// Replaces the number by a floating-point one. What is not finite is refused and counted.
  public func set(_ value: Double) { cell.set(value) }

  /// The current value; integers beyond 2^53 lose their last digits.
  public var value: Double { DoubleVariable(cell: cell).value }
}

// What can an attribute of a span be set to?

/// A value that an attribute of a span can have: texts, integers, numbers, Booleans and arrays of them. A
/// host's own types may conform.
public protocol TraceAttributeConvertible {
  /// The value as an attribute has it.
  var traceAttribute: TraceSpan.AttributeValue { get }

  /// The value that an attribute has; nil when it is of another kind.
  init?(traceAttribute: TraceSpan.AttributeValue)
}

extension TraceSpan {
  /// The value of an attribute.
  public enum AttributeValue: Sendable, Hashable {
    /// A text.
    case string(String)
    /// An integer.
    case integer(Int)
    /// A number.
    case double(Double)
    /// A Boolean.
    case boolean(Bool)
    /// Texts.
    case strings([String])
    /// Integers.
    case integers([Int])
    /// Numbers.
    case doubles([Double])
    /// Booleans.
    case booleans([Bool])
  }

  /// A named value.
  public struct Attribute: Sendable, Hashable {
    /// The name.
    public let key: String
    /// The value.
    public let value: AttributeValue

    /// A named value.
    @inlinable
    public init(_ key: String, _ value: some TraceAttributeConvertible) {
      self.key = key
      self.value = value.traceAttribute
    }
  }
}

extension TraceSpan.AttributeValue: TraceAttributeConvertible {
  /// The value itself.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { self }

  /// The value itself.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) { self = traceAttribute }
}

extension String: TraceAttributeConvertible {
  /// The text.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { .string(self) }

  /// The text of an attribute; nil when it is none.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) {
    guard case .string(let value) = traceAttribute else { return nil }
    self = value
  }
}

extension Int: TraceAttributeConvertible {
  /// The integer.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { .integer(self) }

  /// The integer of an attribute; nil when it is none.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) {
    guard case .integer(let value) = traceAttribute else { return nil }
    self = value
  }
}

extension Double: TraceAttributeConvertible {
  /// The number.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { .double(self) }

  /// The number of an attribute; nil when it is none.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) {
    guard case .double(let value) = traceAttribute else { return nil }
    self = value
  }
}

extension Bool: TraceAttributeConvertible {
  /// The Boolean.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { .boolean(self) }

  /// The Boolean of an attribute; nil when it is none.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) {
    guard case .boolean(let value) = traceAttribute else { return nil }
    self = value
  }
}

/// A type of which an attribute can have several values.
public protocol TraceAttributeElement: TraceAttributeConvertible {
  /// Several values as an attribute has them.
  static func traceAttribute(of elements: [Self]) -> TraceSpan.AttributeValue
  /// The values that an attribute has; nil when they are of another kind.
  static func elements(of attribute: TraceSpan.AttributeValue) -> [Self]?
}

extension Array: TraceAttributeConvertible where Element: TraceAttributeElement {
  /// The values.
  @inlinable
  public var traceAttribute: TraceSpan.AttributeValue { Element.traceAttribute(of: self) }

  /// The values of an attribute; nil when they are of another kind.
  @inlinable
  public init?(traceAttribute: TraceSpan.AttributeValue) {
    guard let elements = Element.elements(of: traceAttribute) else { return nil }
    self = elements
  }
}

extension String: TraceAttributeElement {
  /// The texts.
  @inlinable
  public static func traceAttribute(of elements: [String]) -> TraceSpan.AttributeValue { .strings(elements) }

  /// The texts of an attribute; nil when it has others.
  @inlinable
  public static func elements(of attribute: TraceSpan.AttributeValue) -> [String]? {
    guard case .strings(let values) = attribute else { return nil }
    return values
  }
}

extension Int: TraceAttributeElement {
  /// The integers.
  @inlinable
  public static func traceAttribute(of elements: [Int]) -> TraceSpan.AttributeValue { .integers(elements) }

  /// The integers of an attribute; nil when it has others.
  @inlinable
  public static func elements(of attribute: TraceSpan.AttributeValue) -> [Int]? {
    guard case .integers(let values) = attribute else { return nil }
    return values
  }
}

extension Double: TraceAttributeElement {
  /// The numbers.
  @inlinable
  public static func traceAttribute(of elements: [Double]) -> TraceSpan.AttributeValue { .doubles(elements) }

  /// The numbers of an attribute; nil when it has others.
  @inlinable
  public static func elements(of attribute: TraceSpan.AttributeValue) -> [Double]? {
    guard case .doubles(let values) = attribute else { return nil }
    return values
  }
}

extension Bool: TraceAttributeElement {
  /// The Booleans.
  @inlinable
  public static func traceAttribute(of elements: [Bool]) -> TraceSpan.AttributeValue { .booleans(elements) }

  /// The Booleans of an attribute; nil when it has others.
  @inlinable
  public static func elements(of attribute: TraceSpan.AttributeValue) -> [Bool]? {
    guard case .booleans(let values) = attribute else { return nil }
    return values
  }
}

// What tells the spans of a trace apart?

import CObservabilityShims

/// The identifier of a span within its trace: 8 bytes, never all zero.
///
/// Source: W3C Trace Context, `parent-id`.
public struct SpanID: Sendable, Hashable, CustomStringConvertible {
  /// The eight bytes, big-endian.
  public let value: UInt64

  /// An identifier; nil when it is zero.
  public init?(_ value: UInt64) {
    guard value != 0 else { return nil }
    self.value = value
  }

  /// The identifier that 16 lower-case hexadecimal digits stand for; nil for any other text.
  public init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ SpanID(digits: $0[...]) }) else { return nil }
    self = id
  }

  init?(digits: Slice<UnsafeBufferPointer<UInt8>>) {
    guard digits.count == 16, let value = HexDigits.number(digits) else { return nil }
    self.init(value)
  }

  /// A new identifier, all of whose bytes are random.
  static func random() -> SpanID {
    while true {
      if let id = SpanID(mailobs_random_word()) { return id }
    }
  }

  /// 16 lower-case hexadecimal digits.
  public var description: String { HexDigits.text(count: 16) { write(to: $0) } }

  func write(to place: UnsafeMutablePointer<UInt8>) { HexDigits.write(value, count: 16, to: place) }
}

// What do all spans of a trace have in common?

import CObservabilityShims

/// The identifier of a trace: 16 bytes, never all zero.
///
/// Source: W3C Trace Context, `trace-id`.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// An identifier of two halves; nil when both are zero.
  public init?(high: UInt64, low: UInt64) {
    guard high | low != 0 else { return nil }
    self.high = high
    self.low = low
  }

  /// The identifier that 32 lower-case hexadecimal digits stand for; nil for any other text.
  public init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ TraceID(digits: $0[...]) }) else { return nil }
    self = id
  }

  init?(digits: Slice<UnsafeBufferPointer<UInt8>>) {
    guard digits.count == 32, let high = HexDigits.number(digits.prefix(16)),
      let low = HexDigits.number(digits.suffix(16))
    else { return nil }
    self.init(high: high, low: low)
  }

  /// A new identifier, all of whose bytes are random.
  static func random() -> TraceID {
    while true {
      if let id = TraceID(high: mailobs_random_word(), low: mailobs_random_word()) { return id }
    }
  }

  /// The last seven bytes, big-endian: what samplers go by. Less than 2^56.
  var randomness: UInt64 { low & (1 << 56 - 1) }

  /// 32 lower-case hexadecimal digits.
  public var description: String { HexDigits.text(count: 32) { write(to: $0) } }

  func write(to place: UnsafeMutablePointer<UInt8>) {
    HexDigits.write(high, count: 16, to: place)
    HexDigits.write(low, count: 16, to: place + 16)
  }
}

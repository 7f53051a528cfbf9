// How much does one span hold, whatever it is given?

import ObservabilityPlatform

/// The most that a span holds. What is left out is counted in the span, and exported with it.
///
/// Source: OpenTelemetry, "Span Limits"; the bound on bytes is this library's.
public struct SpanLimits: Sendable, Hashable {
  /// Attributes of the span: 0 to 1,024.
  public var attributes: Int { didSet { attributes = SpanLimits.count(attributes) } }
  /// Events: 0 to 1,024.
  public var events: Int { didSet { events = SpanLimits.count(events) } }
  /// Links: 0 to 1,024.
  public var links: Int { didSet { links = SpanLimits.count(links) } }
  /// Attributes of each event: 0 to 1,024.
  public var eventAttributes: Int { didSet { eventAttributes = SpanLimits.count(eventAttributes) } }
  /// Attributes of each link: 0 to 1,024.
  public var linkAttributes: Int { didSet { linkAttributes = SpanLimits.count(linkAttributes) } }
  /// Bytes of a text, and of all elements of an array together, 0 to 65,536. Longer texts are cut, at the end
  /// of a character; elements that do not fit are left out.
  public var valueLength: Int { didSet { valueLength = SpanLimits.length(valueLength) } }

  /// Bytes of the whole span. An attribute, event or link that does not fit is left out.
  static let bytes = 64 * 1024
  /// Bytes of a name of a span, an event or an attribute. Longer names are cut, and attributes with one left
  /// out.
  static let nameLength = 256

  /// Limits; values outside of their range are clamped.
  public init(
    attributes: Int = 128, events: Int = 128, links: Int = 128, eventAttributes: Int = 128,
    linkAttributes: Int = 128, valueLength: Int = 4096
  ) {
    self.attributes = SpanLimits.count(attributes)
    self.events = SpanLimits.count(events)
    self.links = SpanLimits.count(links)
    self.eventAttributes = SpanLimits.count(eventAttributes)
    self.linkAttributes = SpanLimits.count(linkAttributes)
    self.valueLength = SpanLimits.length(valueLength)
  }

  /// The most of anything that is counted.
  package static let largestCount = 1024
  /// The most bytes of a value.
  package static let largestLength = 65_536

  private static func count(_ value: Int) -> Int { min(max(value, 0), largestCount) }
  private static func length(_ value: Int) -> Int { min(max(value, 0), largestLength) }
}

extension String {
  /// The text, or as many of its characters as fit into so many bytes of UTF-8.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: max(limit, 0))
    while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
    // A copy, which does not keep the whole of the text.
    return String(decoding: utf8[..<end], as: UTF8.self)
  }

  /// Whether the bytes are the same: `==` takes texts for one that are canonically equivalent.
  @inline(__always)
  func hasBytes(of other: String) -> Bool {
    // Names that differ mostly have other lengths.
    utf8.count == other.utf8.count && hasSameBytes(as: other)
  }

  private func hasSameBytes(as other: String) -> Bool {
    let isSame = utf8.withContiguousStorageIfAvailable { own in
      other.utf8.withContiguousStorageIfAvailable { other in
        guard let start = own.baseAddress, let otherStart = other.baseAddress else { return true }
        return memcmp(start, otherStart, own.count) == 0
      }
    }
    return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}

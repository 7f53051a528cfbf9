// What does a span keep of the attributes that it is given?

/// Named values, each name once, within limits.
package struct AttributeList: Sendable {
  package private(set) var attributes: [TraceSpan.Attribute] = []
  /// How many were left out.
  package private(set) var dropped = 0

  /// Sets a value, in place of the one that the name had.
  ///
  /// - Parameter bytes: what the span has of memory left, which is taken off.
  mutating func set(_ attribute: TraceSpan.Attribute, limits: SpanLimits, bytes: inout Int) {
    guard !attribute.key.isEmpty, attribute.key.utf8.count <= SpanLimits.nameLength else {
      dropped += 1
      return
    }
    let attribute = TraceSpan.Attribute(attribute.key, attribute.value.cut(toBytes: limits.valueLength))
    let index = attributes.firstIndex { $0.key.hasBytes(of: attribute.key) }
    let freed = index.map { attributes[$0].byteCount } ?? 0
    guard index != nil || attributes.count < limits.attributes, attribute.byteCount - freed <= bytes else {
      dropped += 1
      return
    }
    bytes -= attribute.byteCount - freed
    if let index { attributes[index] = attribute } else { attributes.append(attribute) }
  }

  /// Counts attributes that were left out unseen.
  mutating func drop(_ count: Int) { dropped += count }

  subscript(key: String) -> TraceSpan.AttributeValue? { attributes.first { $0.key.hasBytes(of: key) }?.value }

  /// Room for so many, so that the first ones are stored without a search for more.
  mutating func reserve(_ count: Int) { attributes.reserveCapacity(count) }
}

extension TraceSpan.Attribute {
  /// About as much memory as it takes.
  var byteCount: Int { 64 + key.byteCount + value.byteCount }
}

extension String {
  /// About as much memory as it takes beside its place: short ones have room there.
  var byteCount: Int { utf8.count < 16 ? 0 : 48 + utf8.count }
}

extension TraceSpan.AttributeValue {
  var byteCount: Int {
    switch self {
    case .string(let text): text.byteCount
    case .integer, .double, .boolean: 0
    case .strings(let texts): texts.reduce(32) { $0 + 16 + $1.byteCount }
    case .integers(let numbers): 32 + 8 * numbers.count
    case .doubles(let numbers): 32 + 8 * numbers.count
    case .booleans(let values): 32 + values.count
    }
  }

  /// The value with texts cut, and without the elements that do not fit.
  func cut(toBytes limit: Int) -> TraceSpan.AttributeValue {
    switch self {
    case .string(let text): return .string(text.cut(toBytes: limit))
    case .integer, .double, .boolean: return self
    case .strings(let texts):
      var left = limit
      var kept: [String] = []
      for text in texts {
        guard left > 0 else { break }
        kept.append(text.cut(toBytes: left))
        // An empty text takes memory too, or there would be any number of them.
        left -= text.utf8.count + 16
      }
      return .strings(kept)
    case .integers(let numbers): return .integers(Array(numbers.prefix(limit / 8)))
    case .doubles(let numbers): return .doubles(Array(numbers.prefix(limit / 8)))
    case .booleans(let values): return .booleans(Array(values.prefix(limit)))
    }
  }
}

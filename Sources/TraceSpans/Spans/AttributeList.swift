// What does a span keep of the attributes that it is given?

/// Named values, each name once, within limits.
package struct AttributeList: Sendable {
  package private(set) var attributes: [TraceSpan.Attribute] = []
  /// How many were left out.
  package private(set) var dropped = 0

  /// Sets a value, in place of the one that the name had.
  ///
  /// - Parameters:
  ///   - most: how many there may be.
  ///   - bytes: what the span has of memory left, which is taken off.
  mutating func set(_ attribute: TraceSpan.Attribute, most: Int, limits: SpanLimits, bytes: inout Int) {
    guard !attribute.key.isEmpty, attribute.key.utf8.count <= SpanLimits.nameLength else {
      dropped += 1
      return
    }
    guard attribute.value.fits(limits.valueLength) else {
      let value = attribute.value.cut(toBytes: limits.valueLength)
      return store(TraceSpan.Attribute(attribute.key, value), most, &bytes)
    }
    store(attribute, most, &bytes)
  }

  @inline(__always)
  private mutating func store(_ attribute: TraceSpan.Attribute, _ most: Int, _ bytes: inout Int) {
    let byteCount = attribute.byteCount
    if let index = index(of: attribute.key) {
      let freed = attributes[index].byteCount
      guard byteCount - freed <= bytes else { return dropped += 1 }
      bytes -= byteCount - freed
      attributes[index] = attribute
    } else {
      guard attributes.count < most, byteCount <= bytes else { return dropped += 1 }
      bytes -= byteCount
      attributes.append(attribute)
    }
  }

  /// Takes out what none of these names, and gives its memory back.
  mutating func keepOnly(keysOf kept: ArraySlice<TraceSpan.Attribute>, bytes: inout Int) {
    attributes.removeAll { attribute in
      if kept.contains(where: { $0.key.hasBytes(of: attribute.key) }) { return false }
      bytes += attribute.byteCount
      return true
    }
  }

  /// Counts attributes that were left out unseen.
  mutating func drop(_ count: Int) { dropped += count }

  subscript(key: String) -> TraceSpan.AttributeValue? { index(of: key).map { attributes[$0].value } }

  private func index(of key: String) -> Int? {
    attributes.withUnsafeBufferPointer { attributes in
      var index = 0
      while index < attributes.count {
        if attributes[index].key.hasBytes(of: key) { return index }
        index += 1
      }
      return nil
    }
  }

  /// Has room for so many, so that the first ones are stored without a search for more.
  init(capacity: Int = 0) {
    attributes.reserveCapacity(capacity)
  }

  /// So many are looked at for a name that comes twice without a list of its own.
  private static let few = 8

  /// The attributes as they are, in the memory in which they were given: most events are told with a few that fit.
  /// Nil, with nothing taken off, where something has to be left out, cut or replaced.
  init?(whole given: [TraceSpan.Attribute], most: Int, limits: SpanLimits, bytes: inout Int) {
    guard given.count <= min(most, AttributeList.few), given.capacity <= 2 * given.count else { return nil }
    let taken = given.withUnsafeBufferPointer { given -> Int? in
      var taken = 0
      for index in given.indices {
        let key = given[index].key
        guard !key.isEmpty, key.utf8.count <= SpanLimits.nameLength,
          given[index].value.fits(limits.valueLength)
        else { return nil }
        for earlier in 0..<index where given[earlier].key.hasBytes(of: key) { return nil }
        taken += given[index].byteCount
      }
      return taken
    }
    guard let taken, taken <= bytes else { return nil }
    bytes -= taken
    attributes = given
  }
}

extension TraceSpan.Attribute {
  /// As much memory as it takes at most: a list that grows has room for twice as many as it holds.
  @inline(__always) var byteCount: Int { 2 * MemoryLayout<Self>.stride + 8 + key.byteCount + value.byteCount }
}

extension String {
  /// About as much memory as it takes beside its place: short ones have room there, and others a header of 32
  /// bytes, and what the allocator needs and rounds up to.
  @inline(__always) var byteCount: Int { utf8.count < 16 ? 0 : 56 + utf8.count }
}

extension TraceSpan.AttributeValue {
  @inline(__always) var byteCount: Int {
    switch self {
    case .string(let text): text.byteCount
    case .integer, .double, .boolean: 0
    case .strings(let texts): texts.reduce(56 + 16 * texts.capacity) { $0 + $1.byteCount }
    case .integers(let numbers): 56 + 8 * numbers.capacity
    case .doubles(let numbers): 56 + 8 * numbers.capacity
    case .booleans(let values): 56 + values.capacity
    }
  }

  /// Whether the value can be kept as it is: nothing of it is cut, and no array has room for much more.
  @inline(__always)
  func fits(_ limit: Int) -> Bool {
    switch self {
    case .string(let text): text.utf8.count <= limit
    case .integer, .double, .boolean: true
    case .strings(let texts): texts.isEmpty
    case .integers(let numbers): numbers.count <= limit / 8 && numbers.capacity <= 2 * numbers.count
    case .doubles(let numbers): numbers.count <= limit / 8 && numbers.capacity <= 2 * numbers.count
    case .booleans(let values): values.count <= limit && values.capacity <= 2 * values.count
    }
  }

  /// The value with texts cut, and without the elements that do not fit.
  func cut(toBytes limit: Int) -> TraceSpan.AttributeValue {
    switch self {
    case .string(let text): return .string(text.cut(toBytes: limit))
    case .integer, .double, .boolean: return self
    case .strings(let texts):
      var left = limit
      // An empty text takes memory too, or there would be any number of them.
      let kept = texts.prefix { text in
        defer { left -= text.utf8.count + 16 }
        return left > 0
      }
      left = limit
      return .strings(
        kept.map { text in
          defer { left -= text.utf8.count + 16 }
          return text.cut(toBytes: left)
        })
    case .integers(let numbers): return .integers(Array(numbers.prefix(limit / 8)))
    case .doubles(let numbers): return .doubles(Array(numbers.prefix(limit / 8)))
    case .booleans(let values): return .booleans(Array(values.prefix(limit)))
    }
  }
}

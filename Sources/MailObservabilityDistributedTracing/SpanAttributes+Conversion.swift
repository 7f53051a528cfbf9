// Which attribute of ours is one of swift-distributed-tracing, and the other way round?

#if DistributedTracing
  import TraceSpans
  import Tracing

  extension SpanAttributes {
    // More than any limit leaves in.
    private static let mostElements = 65_536

    /// As ours, in no order. What has only a description is rendered here, outside of any lock.
    var converted: [TraceSpan.Attribute] {
      guard !isEmpty else { return [] }
      var converted: [TraceSpan.Attribute] = []
      converted.reserveCapacity(count)
      forEach { key, value in
        if let value = SpanAttributes.value(value) { converted.append(TraceSpan.Attribute(key, value)) }
      }
      return converted
    }

    /// Of attributes of ours.
    init(_ attributes: [TraceSpan.Attribute]) {
      self.init([:])
      reserveCapacity(attributes.count)
      for attribute in attributes { set(attribute.key, value: SpanAttributes.value(attribute.value)) }
    }

    private static func value(_ attribute: SpanAttribute) -> TraceSpan.AttributeValue? {
      switch attribute {
      case .int32(let value): .integer(Int(value))
      case .int64(let value): .integer(Int(clamping: value))
      case .int32Array(let values): .integers(values.prefix(mostElements).map { Int($0) })
      case .int64Array(let values): .integers(values.prefix(mostElements).map { Int(clamping: $0) })
      case .double(let value): .double(value)
      case .doubleArray(let values): .doubles(values)
      case .bool(let value): .boolean(value)
      case .boolArray(let values): .booleans(values)
      case .string(let value): .string(value)
      case .stringArray(let values): .strings(values)
      case .stringConvertible(let value): .string(value.description)
      case .stringConvertibleArray(let values):
        // Each takes 16 bytes of the longest value there can be.
        .strings(values.prefix(mostElements / 16).map(\.description))
      default: nil
      }
    }

    private static func value(_ value: TraceSpan.AttributeValue) -> SpanAttribute {
      switch value {
      case .string(let value): .string(value)
      case .integer(let value): .int64(Int64(value))
      case .double(let value): .double(value)
      case .boolean(let value): .bool(value)
      case .strings(let values): .stringArray(values)
      case .integers(let values): .int64Array(values.map { Int64($0) })
      case .doubles(let values): .doubleArray(values)
      case .booleans(let values): .boolArray(values)
      }
    }
  }
#endif

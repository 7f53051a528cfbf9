// How does OTLP write attributes?

import TraceSpans

extension ProtobufWriter {
  /// `KeyValue` messages, in the order of the attributes.
  @inline(__always)
  mutating func attributes(_ number: UInt8, _ attributes: [TraceSpan.Attribute]) {
    attributes.withUnsafeBufferPointer { attributes in
      for index in stride(from: attributes.count - 1, through: 0, by: -1) {
        attribute(number, attributes[index])
      }
    }
  }

  private mutating func attribute(_ number: UInt8, _ attribute: TraceSpan.Attribute) {
    message(number) { writer in
      writer.message(2) { $0.value(attribute.value) }
      writer.field(1, text: attribute.key)
    }
  }

  /// What an `AnyValue` holds. A value is written be it 0, false or empty, for that is not the same as none.
  @inline(__always)
  private mutating func value(_ value: TraceSpan.AttributeValue) {
    switch value {
    case .string(let text): presentField(1, text: text)
    case .boolean(let value): boolean(value)
    case .integer(let value): integer(value)
    case .double(let value): double(value)
    case .strings(let texts): array(texts) { $0.presentField(1, text: $1) }
    case .booleans(let values): array(values) { $0.boolean($1) }
    case .integers(let values): array(values) { $0.integer($1) }
    case .doubles(let values): array(values) { $0.double($1) }
    }
  }

  @inline(__always)
  private mutating func boolean(_ value: Bool) {
    reserve(2)
    byte(value ? 1 : 0)
    tag(2, .varint)
  }

  @inline(__always)
  private mutating func integer(_ value: Int) {
    reserve(ProtobufWriter.longestVarint + 1)
    varint(UInt64(bitPattern: Int64(value)))
    tag(3, .varint)
  }

  @inline(__always)
  private mutating func double(_ value: Double) {
    reserve(9)
    fixed64(value.bitPattern)
    tag(4, .fixed64)
  }

  @inline(never)
  private mutating func array<Element>(
    _ elements: [Element], _ write: (inout ProtobufWriter, Element) -> Void
  ) {
    message(5) { writer in
      for element in elements.reversed() {
        writer.message(1) { write(&$0, element) }
      }
    }
  }
}

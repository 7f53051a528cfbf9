// How does a line of text begin, and how is its number written?

import MetricInstruments

extension OutputBuffer {
  /// `name{labels} `, or `name ` without labels.
  @inline(__always)
  mutating func begin(_ start: LineStart, _ labels: UnsafeRawBufferPointer) {
    guard !labels.isEmpty else { return appendPadded(start.plain) }
    appendPadded(start.labelled)
    appendPadded(labels)
    append(UInt8(ascii: "}"))
    append(UInt8(ascii: " "))
  }

  /// `name_bucket{labels`, to be followed by `le`.
  @inline(__always)
  mutating func beginBucket(_ start: LineStart, _ labels: UnsafeRawBufferPointer) {
    appendPadded(start.labelled)
    if !labels.isEmpty { appendPadded(labels) }
  }

  mutating func appendLine(_ start: LineStart, _ labels: UnsafeRawBufferPointer, _ value: Double) {
    begin(start, labels)
    append(number: value)
    append(UInt8(ascii: "\n"))
  }

  /// Integers exactly, as long as no fractions were recorded.
  @inline(__always)
  mutating func append(_ counter: CounterReading) {
    if counter.fraction == 0 {
      append(integer: counter.integer)
    } else {
      append(number: Double(counter.integer) + counter.fraction)
    }
  }

  /// Integers exactly. A variable is always finite, so this is JSON as well.
  mutating func append(_ number: VariableNumber) {
    switch number {
    case .integer(let value):
      if value < 0 { append(UInt8(ascii: "-")) }
      append(integer: value.magnitude)
    case .double(let value): append(number: value)
    }
  }

  /// Source: OpenMetrics 1.0.0, "Exemplars".
  mutating func append(_ exemplar: Exemplar) {
    append(" # {")
    for (index, label) in exemplar.labels.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(label.name)
      append("=\"")
      append(LabelValue.escaped(label.value))
      append(UInt8(ascii: "\""))
    }
    append("} ")
    append(number: exemplar.value)
    append(UInt8(ascii: " "))
    append(number: exemplar.timestamp)
  }
}

// How is what a collector returned written as text?

import MetricInstruments

extension TextEncoder {
  /// Writes a collected family; always whole, since a collector's answer is in memory anyway.
  func encode(_ family: CheckedFamily, to buffer: inout OutputBuffer) -> Bool {
    let shape = family.shape
    guard !shape.labels.isEmpty else { return true }
    let rendered = shape.rendering.value(for: format.renderingKey) {
      RenderedFamily(shape.descriptor, format)
    }
    let labels = shape.rendering.value(for: format.renderingKey) {
      RenderedLabels(shape.labels.map { ($0.names, $0.values) }, format)
    }
    buffer.appendPadded(rendered.header)
    var index = 0
    labels.withEach { text in
      if family.distributions.isEmpty {
        buffer.begin(rendered.line, text)
        buffer.append(number: family.numbers[index])
        endLine(family.timestamp(index), &buffer)
      } else {
        encode(family.distributions[index], text, family.timestamp(index), rendered, to: &buffer)
      }
      index += 1
    }
    return true
  }

  private func encode(
    _ distribution: HistogramSnapshot, _ text: UnsafeRawBufferPointer, _ timestamp: SampleTimestamp?,
    _ rendered: RenderedFamily, to buffer: inout OutputBuffer
  ) {
    var total: UInt64 = 0
    for (end, count) in zip(rendered.bucketEnds, distribution.counts) {
      total &+= count
      buffer.beginBucket(rendered.line, text)
      buffer.appendPadded(text.isEmpty ? Piece(rebasing: end.dropFirst()) : end)
      buffer.append(integer: total)
      endLine(timestamp, &buffer)
    }
    buffer.begin(rendered.sum, text)
    buffer.append(number: distribution.sum)
    endLine(timestamp, &buffer)
    buffer.begin(rendered.count, text)
    buffer.append(integer: total)
    endLine(timestamp, &buffer)
  }

  /// The timestamp, in seconds in OpenMetrics and in milliseconds in the older format, and the end of the line.
  private func endLine(_ timestamp: SampleTimestamp?, _ buffer: inout OutputBuffer) {
    if let timestamp {
      buffer.append(UInt8(ascii: " "))
      if format.isOpenMetrics {
        buffer.append(number: Double(timestamp.milliseconds) / 1000)
      } else {
        buffer.append(integer: timestamp.milliseconds)
      }
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}

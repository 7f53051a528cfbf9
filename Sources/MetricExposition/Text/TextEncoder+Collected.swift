// How is what a collector returned written as text?

import MetricInstruments

extension TextEncoder {
  /// Writes a collected family; always whole, since a collector's answer is in memory anyway.
  func encode(_ family: CollectedFamily, to buffer: inout OutputBuffer) -> Bool {
    guard !family.samples.isEmpty else { return true }
    let descriptor = family.descriptor
    let rendered = RenderedFamily(descriptor, format)
    buffer.appendPadded(rendered.header)
    for sample in family.samples {
      let labels = SeriesLabels(
        names: format.escaped(sample.labels.map(\.name)), values: sample.labels.map(\.value))
      defer { labels.deallocate() }
      let text = labels.text
      if let histogram = sample.histogram {
        var total: UInt64 = 0
        for (end, count) in zip(rendered.bucketEnds, histogram.counts) {
          total &+= count
          buffer.beginBucket(rendered.line, text)
          buffer.appendPadded(text.isEmpty ? Piece(rebasing: end.dropFirst()) : end)
          buffer.append(integer: total)
          endLine(sample, &buffer)
        }
        buffer.begin(rendered.sum, text)
        buffer.append(number: sample.value)
        endLine(sample, &buffer)
        buffer.begin(rendered.count, text)
        buffer.append(integer: total)
        endLine(sample, &buffer)
      } else {
        buffer.begin(rendered.line, text)
        buffer.append(number: sample.value)
        endLine(sample, &buffer)
      }
    }
    return true
  }

  /// The timestamp, in seconds in OpenMetrics and in milliseconds in the older format, and the end of the line.
  private func endLine(_ sample: CollectedSample, _ buffer: inout OutputBuffer) {
    if let timestamp = sample.timestamp {
      buffer.append(UInt8(ascii: " "))
      buffer.append(number: format.isOpenMetrics ? timestamp : (timestamp * 1000).rounded())
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}

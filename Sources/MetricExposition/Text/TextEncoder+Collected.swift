// How is what a collector returned written as text?

import MetricInstruments

extension TextEncoder {
  /// Writes a collected family; always whole, since a collector's answer is in memory anyway.
  func encode(_ family: CheckedFamily, to buffer: inout OutputBuffer) -> Bool {
    let rendered = RenderedFamily(family.descriptor, format)
    switch family.content {
    case .numbers(let series):
      if !series.isEmpty { buffer.appendPadded(rendered.header) }
      for series in series { encode(series, rendered, to: &buffer) }
    case .distributions(let series):
      if !series.isEmpty { buffer.appendPadded(rendered.header) }
      for series in series { encode(series, rendered, to: &buffer) }
    }
    return true
  }

  private func encode(
    _ series: CheckedFamily.Series<Double>, _ rendered: RenderedFamily, to buffer: inout OutputBuffer
  ) {
    let labels = series.labels.written(for: format)
    defer { labels.deallocate() }
    buffer.begin(rendered.line, labels.text)
    buffer.append(number: series.value)
    endLine(series.timestamp, &buffer)
  }

  private func encode(
    _ series: CheckedFamily.Series<HistogramSnapshot>, _ rendered: RenderedFamily,
    to buffer: inout OutputBuffer
  ) {
    let labels = series.labels.written(for: format)
    defer { labels.deallocate() }
    let text = labels.text
    var total: UInt64 = 0
    for (end, count) in zip(rendered.bucketEnds, series.value.counts) {
      total &+= count
      buffer.beginBucket(rendered.line, text)
      buffer.appendPadded(text.isEmpty ? Piece(rebasing: end.dropFirst()) : end)
      buffer.append(integer: total)
      endLine(series.timestamp, &buffer)
    }
    buffer.begin(rendered.sum, text)
    buffer.append(number: series.value.sum)
    endLine(series.timestamp, &buffer)
    buffer.begin(rendered.count, text)
    buffer.append(integer: total)
    endLine(series.timestamp, &buffer)
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

extension CheckedFamily.Labels {
  /// The labels as text; the caller frees them.
  fileprivate func written(for format: ExpositionFormat) -> SeriesLabels {
    SeriesLabels(names: format.escaped(names), values: values)
  }
}

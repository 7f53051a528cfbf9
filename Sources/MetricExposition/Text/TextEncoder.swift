// How are metrics written in the text formats?
// Prometheus 0.0.4 and 1.0.0, and OpenMetrics 1.0.0: their sample lines are the same.

import MetricInstruments

/// Writes gathered metrics as text, a part at a time.
///
/// It holds no lock of the registry, and of an instrument only for the copy of a histogram's stripe, so a slow reader
/// of the text delays nobody who records. Once the buffer has its size, encoding allocates nothing for each series.
struct TextEncoder: ~Copyable, ExpositionEncoder {
  private let items: [GatheredMetrics.Item]
  /// What each item shows of the series that come and go; begun together, so that the scrape is of one moment.
  private let readings: [SeriesReading?]
  let format: ExpositionFormat
  private var item = 0
  /// The next position within an item whose series do not come and go.
  private var position = 0
  /// Whether the current family's header is out: a family without samples has none.
  private var hasHeader = false
  private var isFinished = false
  private var distribution = HistogramSnapshot()

  init(_ metrics: GatheredMetrics, format: ExpositionFormat) {
    items = metrics.items
    readings = metrics.items.map(\.reading)
    self.format = format
  }

  /// Appends to `buffer` until it holds at least `size` bytes or all is written; false in the latter case.
  mutating func encode(to buffer: inout OutputBuffer, untilSize size: Int = .max) -> Bool {
    while item < items.count {
      let isComplete =
        switch items[item] {
        case .registered(let family): encode(family, to: &buffer, untilSize: size)
        case .collected(let family): encode(family, to: &buffer)
        }
      if isComplete {
        item += 1
        position = 0
        hasHeader = false
      }
      if buffer.count >= size { return true }
    }
    if !isFinished {
      isFinished = true
      if format.isOpenMetrics { buffer.append("# EOF\n") }
    }
    return false
  }

  private mutating func begin(_ rendered: RenderedFamily, _ buffer: inout OutputBuffer) {
    guard !hasHeader else { return }
    buffer.appendPadded(rendered.header)
    hasHeader = true
  }

  /// Writes series of a family from `position` on; true when they are all written.
  private mutating func encode(
    _ family: FamilyCore, to buffer: inout OutputBuffer, untilSize size: Int
  ) -> Bool {
    let rendered = family.rendered(format)
    switch family.children {
    case .fixed(let instruments):
      let labelled = !family.descriptor.labelNames.isEmpty
      while position < instruments.count {
        encode(
          instruments[position], family.descriptor, rendered, alwaysShown: !labelled, to: &buffer)
        position += 1
        if buffer.count >= size { return position == instruments.count }
      }
      return true
    case .bounded:
      guard let reading = readings[item] else { return true }
      while !reading.isComplete {
        reading.readPart(as: MetricInstrument.self) {
          encode($0, family.descriptor, rendered, alwaysShown: false, to: &buffer)
        }
        if buffer.count >= size { return reading.isComplete }
      }
      return true
    case .info(let info):
      begin(rendered, &buffer)
      encode(
        labels: info.facts.map { ($0.name, $0.value) }, value: 1, at: rendered.line, to: &buffer)
      return true
    case .stateSet(let set):
      begin(rendered, &buffer)
      let label = family.descriptor.baseName
      for (name, isOn) in zip(set.names, set.current) {
        encode(labels: [(label, name)], value: isOn ? 1 : 0, at: rendered.line, to: &buffer)
      }
      return true
    }
  }

  private mutating func encode(
    _ instrument: MetricInstrument, _ family: FamilyDescriptor, _ rendered: RenderedFamily, alwaysShown: Bool,
    to buffer: inout OutputBuffer
  ) {
    let escaped = rendered.escapesLabels
    let labels =
      escaped
      ? SeriesLabels(names: format.escaped(family.labelNames), values: instrument.labels.values)
      : instrument.labels
    defer { if escaped { labels.deallocate() } }
    let text = labels.text
    // The type of a family's instruments is fixed when it is registered.
    switch family.type {
    case .counter:
      begin(rendered, &buffer)
      encode(unsafeDowncast(instrument, to: Counter.self), text, rendered, to: &buffer)
    case .gauge:
      let gauge = unsafeDowncast(instrument, to: Gauge.self)
      guard gauge.isSet else { return }
      begin(rendered, &buffer)
      buffer.begin(rendered.line, text)
      buffer.append(number: gauge.value)
      buffer.append(UInt8(ascii: "\n"))
    case .histogram:
      let histogram = unsafeDowncast(instrument, to: Histogram.self)
      // The exemplars first: each is then of an observation that the counts hold.
      let exemplars = format.isOpenMetrics ? histogram.exemplars.all : []
      histogram.read(into: &distribution)
      guard alwaysShown || distribution.counts.contains(where: { $0 != 0 }) else { return }
      begin(rendered, &buffer)
      encode(histogram, exemplars, text, rendered, to: &buffer)
    case .unknown:
      begin(rendered, &buffer)
      buffer.begin(rendered.line, text)
      buffer.append(unsafeDowncast(instrument, to: VariableCell.self).number)
      buffer.append(UInt8(ascii: "\n"))
    case .info, .stateset: break
    }
  }

  private func encode(
    _ counter: Counter, _ labels: UnsafeRawBufferPointer, _ rendered: RenderedFamily,
    to buffer: inout OutputBuffer
  ) {
    buffer.begin(rendered.line, labels)
    buffer.append(counterValue: counter)
    if format.isOpenMetrics, let exemplar = counter.exemplars.all.first ?? nil { buffer.append(exemplar) }
    buffer.append(UInt8(ascii: "\n"))
    if format.created { buffer.appendLine(rendered.created, labels, counter.created) }
  }

  /// The buckets made cumulative, then the sum and the count, which is that of the last bucket by construction.
  private func encode(
    _ histogram: Histogram, _ exemplars: [Exemplar?], _ labels: UnsafeRawBufferPointer,
    _ rendered: RenderedFamily,
    to buffer: inout OutputBuffer
  ) {
    // All bucket lines of a series begin alike, so the first one is what the others are copied from.
    let lineStart = buffer.count
    buffer.beginBucket(rendered.line, labels)
    let length = buffer.count - lineStart
    var total: UInt64 = 0
    for (index, end) in rendered.bucketEnds.enumerated() {
      if index > 0 { buffer.repeatBytes(at: lineStart, count: length) }
      // Without other labels there is no comma before `le`.
      buffer.appendPadded(labels.isEmpty ? Piece(rebasing: end.dropFirst()) : end)
      total &+= distribution.counts[index]
      buffer.append(integer: total)
      if index < exemplars.count, let exemplar = exemplars[index] { buffer.append(exemplar) }
      buffer.append(UInt8(ascii: "\n"))
    }
    buffer.begin(rendered.sum, labels)
    buffer.append(number: distribution.sum)
    buffer.append(UInt8(ascii: "\n"))
    buffer.begin(rendered.count, labels)
    buffer.append(integer: total)
    buffer.append(UInt8(ascii: "\n"))
    if format.created { buffer.appendLine(rendered.created, labels, histogram.created) }
  }

  private func encode(
    labels: [(String, String)], value: UInt64, at start: LineStart, to buffer: inout OutputBuffer
  ) {
    let labels = SeriesLabels(names: format.escaped(labels.map(\.0)), values: labels.map(\.1))
    defer { labels.deallocate() }
    buffer.begin(start, labels.text)
    buffer.append(integer: value)
    buffer.append(UInt8(ascii: "\n"))
  }
}

extension ExpositionFormat {
  /// The names of labels as this format's reader is told them; the quotes are put on where they are written.
  func escaped(_ labelNames: [String]) -> [String] {
    labelNames.map { escaping.escape($0, colons: false) }
  }
}

extension FamilyCore {
  func rendered(_ format: ExpositionFormat) -> RenderedFamily {
    rendering.value(for: format) { RenderedFamily(descriptor, format) }
  }
}

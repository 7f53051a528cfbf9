// How are metrics written in the text formats?
// Prometheus 0.0.4 and 1.0.0, and OpenMetrics 1.0.0: their sample lines are the same.

import MetricInstruments

/// Writes gathered metrics as text, a part at a time.
///
/// It holds no lock of the registry, and of an instrument only for the copy of a histogram's stripe, so a slow reader
/// of the text delays nobody who records. Once the buffer has its size, encoding allocates nothing for each series.
struct TextEncoder: ~Copyable, ExpositionEncoder {
  private let items: [GatheredMetrics.Item]
  /// What each item shows of its series; begun together, so that the scrape is of one moment.
  private var readings: [FamilyReading?]
  let format: ExpositionFormat
  private var item = 0
  /// Whether the current family's header is out: a family without samples has none.
  private var hasHeader = false
  private var isFinished = false
  private var distribution = HistogramSnapshot()

  init(_ metrics: GatheredMetrics, format: ExpositionFormat) {
    items = metrics.items
    readings = metrics.readings
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

  /// Writes the next series of a family; true when they are all written.
  private mutating func encode(
    _ family: FamilyCore, to buffer: inout OutputBuffer, untilSize size: Int
  ) -> Bool {
    let rendered = family.rendered(format)
    switch readings[item] {
    case .counters(var series):
      defer { readings[item] = .counters(series) }
      return encode(&series, of: family, rendered, untilSize: size, to: &buffer) {
        encoder, counter, labels, buffer in
        encoder.begin(rendered, &buffer)
        encoder.encode(counter, labels, rendered, to: &buffer)
      }
    case .gauges(var series):
      defer { readings[item] = .gauges(series) }
      return encode(&series, of: family, rendered, untilSize: size, to: &buffer) {
        encoder, gauge, labels, buffer in
        guard gauge.isSet else { return }
        encoder.begin(rendered, &buffer)
        buffer.begin(rendered.line, labels)
        buffer.append(number: gauge.value)
        buffer.append(UInt8(ascii: "\n"))
      }
    case .histograms(var series):
      defer { readings[item] = .histograms(series) }
      let isAlwaysShown = family.descriptor.isPlain
      return encode(&series, of: family, rendered, untilSize: size, to: &buffer) {
        encoder, histogram, labels, buffer in
        // The exemplars first: each is then of an observation that the counts hold.
        let exemplars = encoder.format.isOpenMetrics ? histogram.exemplars.all : []
        histogram.read(into: &encoder.distribution)
        guard isAlwaysShown || encoder.distribution.counts.contains(where: { $0 != 0 }) else { return }
        encoder.begin(rendered, &buffer)
        encoder.encode(histogram, exemplars, labels, rendered, to: &buffer)
      }
    case .variables(var series):
      defer { readings[item] = .variables(series) }
      return encode(&series, of: family, rendered, untilSize: size, to: &buffer) {
        encoder, variable, labels, buffer in
        encoder.begin(rendered, &buffer)
        buffer.begin(rendered.line, labels)
        buffer.append(variable.number)
        buffer.append(UInt8(ascii: "\n"))
      }
    case .info(let info):
      begin(rendered, &buffer)
      let facts = info.facts
      let labels = labels(
        of: family, whoseValues: { $0.elementsEqual(facts) { $0.hasSameBytes(as: $1.value) } }
      ) {
        [(facts.map(\.name), facts.map(\.value))]
      }
      labels.withEach { text in
        buffer.begin(rendered.line, text)
        buffer.append("1\n")
      }
    case .stateSet(let set):
      begin(rendered, &buffer)
      let label = family.descriptor.baseName
      let labels = labels(of: family, whoseValues: { _ in true }) { set.names.map { ([label], [$0]) } }
      var states = set.current.makeIterator()
      labels.withEach { text in
        buffer.begin(rendered.line, text)
        buffer.append(states.next() == true ? "1\n" : "0\n" as StaticString)
      }
    case nil: break
    }
    return true
  }

  /// Writes the next series with `write`, which is given the labels as the reader is told them.
  private mutating func encode<Child>(
    _ series: inout SeriesReading<Child>, of family: FamilyCore, _ rendered: RenderedFamily,
    untilSize size: Int, to buffer: inout OutputBuffer,
    write: (inout TextEncoder, Child, UnsafeRawBufferPointer, inout OutputBuffer) -> Void
  ) -> Bool {
    while !series.isComplete {
      series.readPart { child in
        guard rendered.escapesLabels else { return write(&self, child, child.labels.text, &buffer) }
        let labels = SeriesLabels(
          names: format.escaped(family.descriptor.labelNames), values: child.labels.values,
          constants: family.descriptor.constantLabels)
        defer { labels.deallocate() }
        write(&self, child, labels.text, &buffer)
      }
      if buffer.count >= size { break }
    }
    return series.isComplete
  }

  private func encode(
    _ counter: Counter, _ labels: UnsafeRawBufferPointer, _ rendered: RenderedFamily,
    to buffer: inout OutputBuffer
  ) {
    buffer.begin(rendered.line, labels)
    let reading = counter.reading
    buffer.append(reading)
    if format.isOpenMetrics, let exemplar = counter.exemplars.all.first ?? nil { buffer.append(exemplar) }
    buffer.append(UInt8(ascii: "\n"))
    if format.created { buffer.appendLine(rendered.created, labels, reading.created) }
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

  /// The labels of the series of a family that belong to no instrument, as the reader is told them.
  ///
  /// - Parameter isCurrent: whether the values of the first series are still these.
  private func labels(
    of family: FamilyCore, whoseValues isCurrent: ([String]) -> Bool,
    _ labels: () -> [(names: [String], values: [String])]
  ) -> RenderedLabels {
    family.rendering.value(for: format.renderingKey, while: { isCurrent($0.firstValues) }) {
      RenderedLabels(labels(), format, family.descriptor.constantLabels)
    }
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
    rendering.value(for: format.renderingKey) { RenderedFamily(descriptor, format) }
  }
}

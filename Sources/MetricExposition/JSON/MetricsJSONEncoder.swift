// How does `/metrics.json` write the metrics?

import MetricInstruments

/// Writes gathered metrics as one JSON object, a part at a time: `name → {help, type, value}`.
///
/// A family without a series has the value `null`, and so has every number that JSON cannot write. No key comes twice:
/// the names of families and the labels of a family are unique by registration, its series by being those of one moment.
///
/// It holds locks no longer than ``TextEncoder`` does, and allocates nothing for each series once warm.
struct MetricsJSONEncoder: ~Copyable, ExpositionEncoder {
  private let items: [GatheredMetrics.Item]
  /// What each item shows of the series that come and go; begun together, so that the scrape is of one moment.
  private let readings: [SeriesReading?]
  private var item = 0
  /// The next position within an item whose series do not come and go.
  private var position = 0
  /// Whether the current family's header is out, and whether any of its series is.
  private var hasHeader = false
  private var hasSeries = false
  private var isFinished = false
  private var distribution = HistogramSnapshot()

  init(_ metrics: GatheredMetrics) {
    items = metrics.items
    readings = metrics.items.map(\.reading)
  }

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
        hasSeries = false
      }
      if buffer.count >= size { return true }
    }
    if !isFinished {
      isFinished = true
      buffer.append(items.isEmpty ? "{}\n" : "\n}\n")
    }
    return false
  }

  // MARK: - Families

  private mutating func begin(_ rendered: RenderedJSON, _ buffer: inout OutputBuffer) {
    guard !hasHeader else { return }
    hasHeader = true
    buffer.append(item == 0 ? "{\n" : ",\n")
    buffer.appendPadded(rendered.header)
  }

  private func end(_ rendered: RenderedJSON, _ buffer: inout OutputBuffer) {
    if hasSeries { buffer.appendPadded(rendered.end) } else { buffer.append("null") }
    buffer.append(UInt8(ascii: "}"))
  }

  /// Writes series of a family from `position` on; true when they are all written.
  private mutating func encode(
    _ family: FamilyCore, to buffer: inout OutputBuffer, untilSize size: Int
  ) -> Bool {
    let rendered = family.renderedJSON
    begin(rendered, &buffer)
    switch family.children {
    case .fixed(let instruments):
      let isLabelled = !family.descriptor.labelNames.isEmpty
      while position < instruments.count {
        encode(instruments[position], family.descriptor.type, rendered, alwaysShown: !isLabelled, to: &buffer)
        position += 1
        if buffer.count >= size, position < instruments.count { return false }
      }
    case .bounded:
      while let reading = readings[item], !reading.isComplete {
        reading.readPart(as: MetricInstrument.self) {
          encode($0, family.descriptor.type, rendered, alwaysShown: false, to: &buffer)
        }
        if buffer.count >= size, !reading.isComplete { return false }
      }
    case .info(let info):
      encode(values: info.facts.map(\.value), rendered, to: &buffer) { $0.append(UInt8(ascii: "1")) }
    case .stateSet(let set):
      for (name, isOn) in zip(set.names, set.current) {
        encode(values: [name], rendered, to: &buffer) { $0.append(UInt8(ascii: isOn ? "1" : "0")) }
      }
    }
    end(rendered, &buffer)
    return true
  }

  private mutating func encode(
    _ instrument: MetricInstrument, _ type: MetricType, _ rendered: RenderedJSON, alwaysShown: Bool,
    to buffer: inout OutputBuffer
  ) {
    let labels = instrument.labels
    // The type of a family's instruments is fixed when it is registered.
    switch type {
    case .counter:
      beginSeries(labels, rendered, &buffer)
      buffer.append(counterValue: unsafeDowncast(instrument, to: Counter.self))
    case .gauge:
      let gauge = unsafeDowncast(instrument, to: Gauge.self)
      guard gauge.isSet else { return }
      beginSeries(labels, rendered, &buffer)
      buffer.append(json: gauge.value)
    case .histogram:
      unsafeDowncast(instrument, to: Histogram.self).read(into: &distribution)
      guard alwaysShown || distribution.counts.contains(where: { $0 != 0 }) else { return }
      beginSeries(labels, rendered, &buffer)
      buffer.append(jsonCounts: distribution.counts, sum: distribution.sum, rendered)
    case .unknown:
      beginSeries(labels, rendered, &buffer)
      buffer.append(unsafeDowncast(instrument, to: VariableCell.self).number)
    case .info, .stateset: return
    }
    buffer.appendPadded(rendered.afterNumber)
  }

  /// Everything of a series that stands before its number.
  private mutating func beginSeries(
    _ labels: SeriesLabels, _ rendered: RenderedJSON, _ buffer: inout OutputBuffer
  ) {
    buffer.appendPadded(hasSeries ? rendered.next : rendered.first)
    hasSeries = true
    guard !labels.isEmpty else { return }
    let isPlain = labels.needsNoEscape
    for index in 0..<labels.count {
      if index > 0 { buffer.appendPadded(rendered.between[index - 1]) }
      let value = labels.value(index)
      if isPlain { buffer.appendPadded(value) } else { buffer.append(jsonEscaped: value) }
    }
    buffer.appendPadded(rendered.beforeNumber)
  }

  // MARK: - What is not kept in the form that a scrape wants

  private mutating func encode(
    values: [String], _ rendered: RenderedJSON, to buffer: inout OutputBuffer,
    number: (inout OutputBuffer) -> Void
  ) {
    buffer.appendPadded(hasSeries ? rendered.next : rendered.first)
    hasSeries = true
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.appendPadded(rendered.between[index - 1]) }
      var value = value
      value.withUTF8 { buffer.append(jsonEscaped: UnsafeRawBufferPointer($0)) }
    }
    buffer.appendPadded(rendered.beforeNumber)
    number(&buffer)
    buffer.appendPadded(rendered.afterNumber)
  }

  /// Writes a collected family; always whole, since a collector's answer is in memory anyway.
  private mutating func encode(_ family: CollectedFamily, to buffer: inout OutputBuffer) -> Bool {
    let descriptor = family.descriptor
    let isUniform = family.samples.allSatisfy { $0.labels.map(\.name) == descriptor.labelNames }
    var rendered = RenderedJSON(descriptor, labelNames: descriptor.labelNames, isList: !isUniform)
    begin(rendered, &buffer)
    for sample in family.samples {
      if !isUniform {
        // A collector may give each sample labels of its own.
        rendered = RenderedJSON(descriptor, labelNames: sample.labels.map(\.name), isList: true)
      }
      encode(values: sample.labels.map(\.value), rendered, to: &buffer) {
        if let histogram = sample.histogram {
          $0.append(jsonCounts: histogram.counts, sum: sample.value, rendered)
        } else {
          $0.append(json: sample.value)
        }
      }
    }
    end(rendered, &buffer)
    return true
  }
}

extension OutputBuffer {
  /// `{"count", "sum", "avg", "bucket": [[le, cumulative], …]}`; the bound of the last bucket is `null`, as is the
  /// average of nothing.
  fileprivate mutating func append(jsonCounts counts: [UInt64], sum: Double, _ rendered: RenderedJSON) {
    let count = counts.reduce(0, &+)
    append("{\"count\":")
    append(integer: count)
    append(",\"sum\":")
    append(json: sum)
    append(",\"avg\":")
    append(json: sum / Double(count))
    append(UInt8(ascii: ","))
    var total: UInt64 = 0
    for (start, count) in zip(rendered.buckets, counts) {
      total &+= count
      appendPadded(start)
      append(integer: total)
    }
    append("]]}")
  }
}

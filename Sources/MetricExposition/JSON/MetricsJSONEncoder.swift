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
  /// What each item shows of its series; begun together, so that the scrape is of one moment.
  private var readings: [FamilyReading?]
  private var item = 0
  /// Whether the current family's header is out, and whether any of its series is.
  private var hasHeader = false
  private var hasSeries = false
  /// The names of the current family's labels, where each series has some of them.
  private var sparseNames: [String]?
  private var isFinished = false
  private var distribution = HistogramSnapshot()

  init(_ metrics: GatheredMetrics) {
    items = metrics.items
    readings = metrics.readings
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

  /// Writes the next series of a family; true when they are all written.
  private mutating func encode(
    _ family: FamilyCore, to buffer: inout OutputBuffer, untilSize size: Int
  ) -> Bool {
    let rendered = family.renderedJSON
    sparseNames = family.descriptor.sparseNames?.current
    let isAlwaysShown = family.descriptor.isPlain
    begin(rendered, &buffer)
    let isComplete: Bool
    switch readings[item] {
    case .counters(var series):
      defer { readings[item] = .counters(series) }
      isComplete = encode(&series, rendered, untilSize: size, to: &buffer) { encoder, counter, buffer in
        encoder.beginSeries(counter.labels, rendered, &buffer)
        buffer.append(counter.reading)
        buffer.appendPadded(rendered.afterNumber)
      }
    case .gauges(var series):
      defer { readings[item] = .gauges(series) }
      isComplete = encode(&series, rendered, untilSize: size, to: &buffer) { encoder, gauge, buffer in
        guard gauge.isSet else { return }
        encoder.beginSeries(gauge.labels, rendered, &buffer)
        buffer.append(json: gauge.value)
        buffer.appendPadded(rendered.afterNumber)
      }
    case .histograms(var series):
      defer { readings[item] = .histograms(series) }
      isComplete = encode(&series, rendered, untilSize: size, to: &buffer) { encoder, histogram, buffer in
        histogram.read(into: &encoder.distribution)
        let counts = encoder.distribution.counts
        guard isAlwaysShown || counts.contains(where: { $0 != 0 }) else { return }
        encoder.beginSeries(histogram.labels, rendered, &buffer)
        buffer.append(jsonCounts: counts, sum: encoder.distribution.sum, rendered)
        buffer.appendPadded(rendered.afterNumber)
      }
    case .variables(var series):
      defer { readings[item] = .variables(series) }
      isComplete = encode(&series, rendered, untilSize: size, to: &buffer) { encoder, variable, buffer in
        encoder.beginSeries(variable.labels, rendered, &buffer)
        buffer.append(variable.number)
        buffer.appendPadded(rendered.afterNumber)
      }
    case .info(let info):
      isComplete = encode([(info.facts.map(\.value), true)], rendered, to: &buffer)
    case .stateSet(let set):
      isComplete = encode(zip(set.names, set.current).map { ([$0], $1) }, rendered, to: &buffer)
    case nil: isComplete = true
    }
    if isComplete { end(rendered, &buffer) }
    return isComplete
  }

  /// Writes what is 1 or 0 by its label values; always whole.
  private mutating func encode(
    _ series: [(values: [String], isOn: Bool)], _ rendered: RenderedJSON, to buffer: inout OutputBuffer
  ) -> Bool {
    for (values, isOn) in series {
      encode(values: values, rendered, to: &buffer) { $0.append(UInt8(ascii: isOn ? "1" : "0")) }
    }
    return true
  }

  private mutating func encode<Child>(
    _ series: inout SeriesReading<Child>, _ rendered: RenderedJSON, untilSize size: Int,
    to buffer: inout OutputBuffer, write: (inout MetricsJSONEncoder, Child, inout OutputBuffer) -> Void
  ) -> Bool {
    while !series.isComplete {
      series.readPart { write(&self, $0, &buffer) }
      if buffer.count >= size { break }
    }
    return series.isComplete
  }

  /// Everything of a series that stands before its number.
  private mutating func beginSeries(
    _ labels: SeriesLabels, _ rendered: RenderedJSON, _ buffer: inout OutputBuffer
  ) {
    buffer.appendPadded(hasSeries ? rendered.next : rendered.first)
    hasSeries = true
    if let sparseNames { return beginSparse(labels, sparseNames, rendered, &buffer) }
    guard !labels.isEmpty else { return }
    let isPlain = labels.needsNoEscape
    for index in 0..<labels.count {
      if index > 0 { buffer.appendPadded(rendered.between[index - 1]) }
      let value = labels.value(index)
      if isPlain { buffer.appendPadded(value) } else { buffer.append(jsonEscaped: value) }
    }
    buffer.appendPadded(rendered.beforeNumber)
  }

  private func beginSparse(
    _ labels: SeriesLabels, _ names: [String], _ rendered: RenderedJSON, _ buffer: inout OutputBuffer
  ) {
    for (index, name) in names.prefix(labels.count).enumerated() where !labels.value(index).isEmpty {
      buffer.append(jsonString: name)
      buffer.append(":\"")
      buffer.append(jsonEscaped: labels.value(index))
      buffer.append("\",")
    }
    buffer.appendPadded(rendered.beforeNumber)
  }

  // MARK: - What is not kept in the form that a scrape wants

  /// - Parameter names: those of the labels, where not all series have the same.
  private mutating func encode(
    values: [String], named names: [String]? = nil, _ rendered: RenderedJSON, to buffer: inout OutputBuffer,
    number: (inout OutputBuffer) -> Void
  ) {
    buffer.appendPadded(hasSeries ? rendered.next : rendered.first)
    hasSeries = true
    for (index, value) in values.enumerated() {
      if let names {
        buffer.append(jsonString: names[index])
        buffer.append(":\"")
      } else if index > 0 {
        buffer.appendPadded(rendered.between[index - 1])
      }
      var value = value
      value.withUTF8 { buffer.append(jsonEscaped: UnsafeRawBufferPointer($0)) }
      if names != nil { buffer.append("\",") }
    }
    buffer.appendPadded(rendered.beforeNumber)
    number(&buffer)
    buffer.appendPadded(rendered.afterNumber)
  }

  /// Writes a collected family; always whole, since a collector's answer is in memory anyway.
  private mutating func encode(_ family: CheckedFamily, to buffer: inout OutputBuffer) -> Bool {
    let shape = family.shape
    let rendered = shape.rendering.value(for: 0) {
      RenderedJSON(shape.descriptor, labelNames: shape.commonNames ?? [], isList: shape.commonNames == nil)
    }
    begin(rendered, &buffer)
    for (index, labels) in shape.labels.enumerated() {
      let names = shape.commonNames == nil ? labels.names : nil
      encode(values: labels.values, named: names, rendered, to: &buffer) { buffer in
        guard !family.distributions.isEmpty else { return buffer.append(json: family.numbers[index]) }
        let distribution = family.distributions[index]
        buffer.append(jsonCounts: distribution.counts, sum: distribution.sum, rendered)
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

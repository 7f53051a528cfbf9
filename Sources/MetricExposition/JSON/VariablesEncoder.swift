// How does `/debug/vars` write the published variables?

import MetricInstruments

/// Writes variables in expvar's shape, a part at a time: one flat object under their own names, sorted; the keys of a
/// map sorted as well.
///
/// Source: the documentation of Go's `expvar`.
struct VariablesEncoder: ~Copyable, ExpositionEncoder {
  private let variables: [(name: String, variable: PublishedVariables.Variable)]
  private var position = 0
  private var isFinished = false

  init(_ variables: PublishedVariables) { self.variables = variables.all }

  mutating func encode(to buffer: inout OutputBuffer, untilSize size: Int = .max) -> Bool {
    while position < variables.count {
      buffer.append(position == 0 ? "{\n" : ",\n")
      buffer.append(jsonString: variables[position].name)
      buffer.append(": ")
      append(variables[position].variable, to: &buffer)
      position += 1
      if buffer.count >= size { return true }
    }
    if !isFinished {
      isFinished = true
      buffer.append(variables.isEmpty ? "{}\n" : "\n}\n")
    }
    return false
  }

  private func append(_ variable: PublishedVariables.Variable, to buffer: inout OutputBuffer) {
    switch variable {
    case .integer(let cell), .double(let cell): buffer.append(cell.number)
    case .string(let text): buffer.append(jsonString: text.value)
    case .map(let series):
      var entries: [(key: String, number: VariableNumber)] = []
      series.read().forEach {
        entries.append((String(decoding: $0.labels.value(0), as: UTF8.self), $0.number))
      }
      entries.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      buffer.append(UInt8(ascii: "{"))
      for (index, entry) in entries.enumerated() {
        if index > 0 { buffer.append(", ") }
        buffer.append(jsonString: entry.key)
        buffer.append(": ")
        buffer.append(entry.number)
      }
      buffer.append(UInt8(ascii: "}"))
    }
  }
}

// What are a family and its samples called in one format?

import MetricInstruments

/// The names that a family and its samples have in one format.
struct SampleNames {
  /// Whether names are written in quotes inside the braces.
  let quotes: Bool
  private let base: String
  private let full: String
  private let format: ExpositionFormat

  init(_ family: FamilyDescriptor, _ format: ExpositionFormat) {
    self.init(name: family.name, baseName: family.baseName, format)
  }

  init(name: String, baseName: String, _ format: ExpositionFormat) {
    self.format = format
    quotes = format.escaping == .allowUTF8 && !MetricName.isLegacy(name)
    // The type's suffix is escaped with the name, so that the name a scraper stores can be unescaped, and stays a
    // suffix in every scheme.
    full = format.escaping.escape(name)
    base = String(full.dropLast(name.count - baseName.count))
  }

  /// The name of a sample; "" for that of a counter, gauge or info.
  func sample(_ suffix: String) -> String { suffix.isEmpty ? full : base + suffix }

  func appendName(_ name: String, to buffer: inout OutputBuffer) {
    guard quotes else { return buffer.append(name) }
    buffer.append("{\"")
    buffer.append(LabelValue.escaped(name))
    buffer.append(UInt8(ascii: "\""))
  }

  func appendHeader(of family: FamilyDescriptor, to buffer: inout OutputBuffer) {
    appendHeader(type: family.type, help: family.help, unit: family.unit, to: &buffer)
  }

  /// Source: OpenMetrics 1.0.0, "MetricFamily metadata"; Prometheus, "Text format details".
  func appendHeader(type: MetricType, help: String, unit: String, to buffer: inout OutputBuffer) {
    let name = format.isOpenMetrics ? base : full
    func begin(_ keyword: StaticString) {
      buffer.append("# ")
      buffer.append(keyword)
      buffer.append(UInt8(ascii: " "))
      if quotes {
        buffer.append(UInt8(ascii: "\""))
        buffer.append(LabelValue.escaped(name))
        buffer.append(UInt8(ascii: "\""))
      } else {
        buffer.append(name)
      }
      buffer.append(UInt8(ascii: " "))
    }
    if !help.isEmpty {
      begin("HELP")
      appendHelp(help, to: &buffer)
      buffer.append(UInt8(ascii: "\n"))
    }
    begin("TYPE")
    buffer.append(typeWord(type))
    buffer.append(UInt8(ascii: "\n"))
    if format.isOpenMetrics, !unit.isEmpty {
      begin("UNIT")
      buffer.append(unit)
      buffer.append(UInt8(ascii: "\n"))
    }
  }

  private func typeWord(_ type: MetricType) -> String {
    format.isOpenMetrics ? type.rawValue : type.prometheusWord
  }

  /// Backslash and line feed are escaped in both formats, the double quote in OpenMetrics only.
  private func appendHelp(_ help: String, to buffer: inout OutputBuffer) {
    for byte in help.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): buffer.append("\\\\")
      case UInt8(ascii: "\n"): buffer.append("\\n")
      case UInt8(ascii: "\"") where format.isOpenMetrics: buffer.append("\\\"")
      case 0: buffer.append("\u{FFFD}")
      default: buffer.append(byte)
      }
    }
  }
}

extension LabelValue {
  /// The value as it stands between the quotes.
  static func escaped(_ value: String) -> [UInt8] {
    var text: [UInt8] = []
    appendEscaped(value, to: &text)
    return text
  }
}

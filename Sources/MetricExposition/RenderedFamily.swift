// What of a family's text never changes: headers, and the beginnings and ends of its lines.

import MetricInstruments

/// Bytes that never change and are followed by as many readable ones as copying in words needs.
typealias Piece = UnsafeRawBufferPointer

/// The fixed parts of a family's lines, for one format and way of writing names.
///
/// They are made at the first scrape and kept with the family. A line is then three copies and a number: the sample's
/// name, the labels as the series keeps them, and what stands between them and the value.
final class RenderedFamily: @unchecked Sendable {
  /// `# TYPE`, `# UNIT` and `# HELP`.
  let header: Piece
  /// One for the value of a counter or gauge; `_bucket` for a histogram.
  let line: LineStart
  /// `_sum`, `_count` and `_created`, as far as the type has them.
  let sum: LineStart
  let count: LineStart
  let created: LineStart
  /// `,le="0.1"} ` for each bucket of a histogram; without labels before it the comma is left out.
  let bucketEnds: UnsafeBufferPointer<Piece>
  /// Whether the labels that a series keeps cannot be copied, because a label's name must be escaped.
  let escapesLabels: Bool

  private let pieces: [Piece]

  init(_ family: FamilyDescriptor, _ format: ExpositionFormat) {
    let names = SampleNames(family, format)
    var pieces: [Piece] = []
    func piece(_ write: (inout OutputBuffer) -> Void) -> Piece {
      let piece = makePiece(write)
      pieces.append(piece)
      return piece
    }
    func start(_ suffix: String) -> LineStart {
      let name = names.sample(suffix)
      return LineStart(
        labelled: piece {
          names.appendName(name, to: &$0)
          $0.append(UInt8(ascii: names.quotes ? "," : "{"))
        },
        plain: piece {
          names.appendName(name, to: &$0)
          $0.append(names.quotes ? "} " : " ")
        })
    }
    header = piece { names.appendHeader(of: family, to: &$0) }
    let isHistogram = family.type == .histogram
    line = start(isHistogram ? "_bucket" : "")
    sum = start("_sum")
    count = start("_count")
    created = start("_created")
    escapesLabels =
      format.escaping != .allowUTF8 && !family.labelNames.allSatisfy { LabelName.isLegacy($0) }
    let ends: [Piece] = (isHistogram ? Array(family.bounds.values) + [.infinity] : []).map { bound in
      piece {
        $0.append(",le=\"")
        $0.append(canonical: bound)
        $0.append("\"} ")
      }
    }
    let table = UnsafeMutableBufferPointer<Piece>.allocate(capacity: ends.count)
    _ = table.initialize(from: ends)
    bucketEnds = UnsafeBufferPointer(table)
    self.pieces = pieces
  }

  deinit {
    bucketEnds.deallocate()
    for piece in pieces { piece.deallocate() }
  }
}

/// How a line begins: `name{` with labels to follow, or `name ` without.
struct LineStart {
  let labelled: Piece
  let plain: Piece
}

/// Makes bytes that never change; the caller frees them.
func makePiece(_ write: (inout OutputBuffer) -> Void) -> Piece {
  var buffer = OutputBuffer(capacity: 256)
  write(&buffer)
  let length = buffer.count
  let memory = UnsafeMutableRawPointer.allocate(byteCount: length + SeriesLabels.padding, alignment: 16)
  memory.initializeMemory(as: UInt8.self, repeating: 0, count: length + SeriesLabels.padding)
  if let bytes = buffer.bytes.baseAddress { memory.copyMemory(from: bytes, byteCount: length) }
  return Piece(start: memory, count: length)
}

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

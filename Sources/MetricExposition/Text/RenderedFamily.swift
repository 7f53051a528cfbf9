// What of a family's text never changes?

import MetricInstruments

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

// What of a family's JSON never changes?

import MetricInstruments

/// The fixed parts of a family in the JSON form. They are made at the first scrape and kept with the family.
///
/// A series is then: `first` or `next`, its label values with `between` them, `beforeNumber`, the number, `afterNumber`;
/// after the last series comes `end`. In full, by the number of labels:
///
/// - none: `1`
/// - one: `{"label":{"a":1,"b":2}}`
/// - several: `[{"l1":"a","l2":"b","@":1},…]`
final class RenderedJSON: @unchecked Sendable {
  /// `"name":{"help":"…","type":"…","value":`.
  let header: Piece
  let first: Piece
  let next: Piece
  /// One fewer than there are labels.
  let between: [Piece]
  let beforeNumber: Piece
  let afterNumber: Piece
  let end: Piece
  /// `"bucket":[[0.1,`, and `],[0.5,` for the buckets after the first; the bound of the last is `null`.
  let buckets: [Piece]

  private let pieces: [Piece]

  /// - Parameter isList: write the form of several labels, whatever their number.
  init(_ family: FamilyDescriptor, labelNames: [String], isList: Bool = false) {
    var pieces: [Piece] = []
    func piece(_ write: (inout OutputBuffer) -> Void) -> Piece {
      let piece = makePiece(write)
      pieces.append(piece)
      return piece
    }
    /// What stands before a label's value in the form of several.
    func key(_ begin: StaticString, _ name: String) -> Piece {
      piece {
        $0.append(begin)
        $0.append(jsonString: name)
        $0.append(":\"")
      }
    }
    header = piece {
      $0.append(jsonString: family.name)
      $0.append(":{\"help\":")
      $0.append(jsonString: family.help)
      $0.append(",\"type\":\"")
      $0.append(family.type.prometheusWord)
      $0.append("\",\"value\":")
    }
    let constants = family.constantLabels
    if isList || labelNames.count > 1 || !constants.isEmpty {
      let name = labelNames.first
      first = name.map { key("[{", $0) } ?? piece { $0.append("[{") }
      next = name.map { key(",{", $0) } ?? piece { $0.append(",{") }
      between = labelNames.dropFirst().map { key("\",", $0) }
      beforeNumber = piece {
        if name != nil { $0.append("\",") }
        for (name, value) in constants.pairs {
          $0.append(jsonString: name)
          $0.append(":")
          $0.append(jsonString: value)
          $0.append(",")
        }
        $0.append("\"@\":")
      }
      afterNumber = piece { $0.append("}") }
      end = piece { $0.append("]") }
    } else if let name = labelNames.first {
      first = piece {
        $0.append("{")
        $0.append(jsonString: name)
        $0.append(":{\"")
      }
      next = piece { $0.append(",\"") }
      between = []
      beforeNumber = piece { $0.append("\":") }
      afterNumber = piece { _ in }
      end = piece { $0.append("}}") }
    } else {
      let nothing = piece { _ in }
      (first, next, beforeNumber, afterNumber, end) = (nothing, nothing, nothing, nothing, nothing)
      between = []
    }
    let bounds = family.type == .histogram ? Array(family.bounds.values) + [.infinity] : []
    buckets = bounds.enumerated().map { index, bound in
      piece {
        $0.append(index == 0 ? "\"bucket\":[[" : "],[")
        $0.append(json: bound)
        $0.append(",")
      }
    }
    self.pieces = pieces
  }

  deinit { for piece in pieces { piece.deallocate() } }
}

extension FamilyCore {
  var renderedJSON: RenderedJSON {
    rendering.value(for: 0) {
      if case .stateSet = children {
        RenderedJSON(descriptor, labelNames: [descriptor.baseName])
      } else {
        RenderedJSON(
          descriptor, labelNames: descriptor.labelNames, isList: descriptor.sparseNames != nil)
      }
    }
  }
}

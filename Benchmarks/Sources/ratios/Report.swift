// How are the rows shown: as a table for people, as JSON for programs?

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

enum Report {
  private static let nameWidth = 78

  static let header =
    pad("name", nameWidth) + pad("ours", 13, right: true) + pad("baseline", 13, right: true)
    + pad("ratio", 10, right: true) + pad("target", 10, right: true)

  static func line(_ measured: MeasuredRow) -> String {
    var cells = (ours: "", baseline: "", ratio: "")
    if case .compared(let ours, let baseline, let unit, _) = measured.outcome {
      cells = (
        unit.text(ours), unit.text(baseline),
        measured.ratio.map { decimal($0, digits: $0 < 0.1 ? 4 : 2) } ?? ""
      )
    } else {
      cells.ratio = measured.isAbsent ? "absent" : "pending"
    }
    let target = measured.row.target.map { (measured.row.isExact ? "= " : "<= ") + short($0) } ?? "report"
    return pad(measured.row.name, nameWidth) + pad(cells.ours, 13, right: true)
      + pad(cells.baseline, 13, right: true) + pad(cells.ratio, 10, right: true)
      + pad(target, 10, right: true)
      + (measured.isMet == false ? "  MISSED" : "") + (measured.note.map { "\n    " + $0 } ?? "")
  }

  /// An array of `{"name", "ours", "baseline", "ratio", "target", "met"}`; times in nanoseconds.
  static func json(_ rows: [MeasuredRow]) -> String {
    let objects = rows.map { measured in
      var (ours, baseline): (Double?, Double?) = (nil, nil)
      if case .compared(let first, let second, _, _) = measured.outcome { (ours, baseline) = (first, second) }
      return
        "  {\"name\": \"\(measured.row.name)\", \"ours\": \(number(ours)), \"baseline\": \(number(baseline)), "
        + "\"ratio\": \(number(measured.ratio)), \"target\": \(number(measured.row.target)), "
        + "\"met\": \(measured.isMet.map { "\($0)" } ?? "null")}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }

  static func write(_ text: String, to path: String) -> Bool {
    guard let file = fopen(path, "w") else { return false }
    let isWritten = fputs(text, file) >= 0
    return fclose(file) == 0 && isWritten
  }

  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    return "\(value)"
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() ? decimal(value, digits: 0) : "\(value)"
  }

  private static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(right ? 1 : 0, width - text.count))
    return right ? space + text : text + space
  }
}

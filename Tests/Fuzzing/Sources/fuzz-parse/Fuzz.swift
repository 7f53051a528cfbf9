// Is there an exposition that traps, that reads otherwise in pieces, or that takes more memory than it may?

import FuzzSupport
import MetricParsing

/// What libFuzzer calls for each input, whose first byte chooses the format and the limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  let format = choice & 1 == 0 ? ExpositionParser.Format.openMetrics : .text
  var limits = ExpositionParser.Limits()
  if choice & 2 == 2 {
    limits.lineBytes = 40
    limits.totalBytes = 400
    limits.families = 4
    limits.samples = 8
    limits.labels = 2
  }
  let whole = outcome(bytes, cutAt: [], format, limits)
  for cuts in waysToCut(bytes.count, choice: choice) {
    let pieces = outcome(bytes, cutAt: cuts, format, limits)
    require(pieces == whole, "whole: \(whole), cut at \(cuts): \(pieces)")
  }
  return 0
}

/// All that an exposition says, or what is wrong with it.
private func outcome(
  _ bytes: [UInt8], cutAt cuts: [Int], _ format: ExpositionParser.Format, _ limits: ExpositionParser.Limits
) -> String {
  var parser = ExpositionParser(format, limits: limits)
  do throws(ExpositionError) {
    var position = 0
    for cut in cuts + [bytes.count] where cut >= position {
      try parser.feed(Array(bytes[position..<cut]))
      position = cut
    }
    let families = try parser.finish().families
    require(families.count <= limits.families, "\(families.count) families")
    require(families.reduce(0) { $0 + $1.samples.count } <= limits.samples, "too many samples")
    return families.map(text).joined(separator: "\n")
  } catch {
    require(error.line >= 1 && error.column >= 1, "the place \(error)")
    require(!error.reason.utf8.contains(UInt8(ascii: "\n")), "the reason \(error)")
    return error.description
  }
}

private func text(_ family: ParsedExposition.Family) -> String {
  var lines = "\(family.name) \(family.type) \(family.unit ?? "-") \(family.help ?? "-") \(family.line)"
  for sample in family.samples {
    lines += "\n\(sample.name) \(sample.role) \(sample.labels) \(sample.value) \(sample.line)"
    lines += " \(sample.timestamp ?? -1) \(sample.created ?? -1) \(String(describing: sample.exemplar))"
  }
  return lines
}

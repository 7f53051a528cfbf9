// Is there an Accept field that traps, or that is answered in a format which it does not name?

import EndpointMessages
import FuzzSupport
import MetricExposition
import ObservabilityEndpoints

/// What libFuzzer calls for each input: fields, a line each.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
  var fields = EndpointFields()
  for line in input.split(separator: UInt8(ascii: "\n")) {
    fields.append("Accept", String(decoding: line, as: UTF8.self))
  }
  let accepted = fields.accepted
  require(accepted.count <= AcceptedMembers.most, "\(accepted.count) ranges")
  for range in accepted {
    require(0...1000 ~= range.quality, "the quality \(range.quality)")
    require(range.type.utf8.count { $0 == UInt8(ascii: "/") } == 1, "the type \(range.type)")
    require(range.type == range.type.lowercased() || !range.type.utf8.allSatisfy { $0 < 0x80 }, range.type)
  }
  let answer = ExpositionFormat.negotiated(accepted)
  let type = answer.contentType
  require(type.hasPrefix("text/plain; ") || type.hasPrefix("application/openmetrics-text; "), type)
  let isNamed = accepted.contains { $0.type == "application/openmetrics-text" && $0.quality > 0 }
  require(isNamed || type.hasPrefix("text/plain; "), "\(type) was not asked for")
  return 0
}

// Can a collector's answer hold anything that breaks whoever reads it?

import FuzzSupport
import OTLPExport

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let sent = count % 7
  if let response = try? TraceExportResponse(bytes, sent: sent) {
    require(0...sent ~= response.rejectedSpans, "\(response.rejectedSpans) of \(sent) were rejected")
    require(isOneLine(response.message), "the message of a response is \(response.message)")
    // What comes after it is another message of the same type, which is merged with it.
    let twice = try? TraceExportResponse(bytes + bytes, sent: sent)
    require(twice == response, "a response that comes twice is \(String(describing: twice))")
  }
  if let status = try? CollectorStatus(bytes) {
    require(isOneLine(status.message), "the message of a status is \(status.message)")
    require((try? CollectorStatus(bytes + bytes)) == status, "a status that comes twice is another")
    // Cut short it is an error, or says less.
    for length in 0..<min(count, 64) { _ = try? CollectorStatus(Array(bytes.prefix(length))) }
  }
  return 0
}

private func isOneLine(_ message: String) -> Bool {
  message.utf8.count <= 1024 && !message.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" }
}

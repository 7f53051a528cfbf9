// Is there a chunked body that is read differently when it is cut differently, or that traps?
// The input is what follows a head that announces chunks: a body, and whatever stands behind it.

import FuzzSupport

private let head = Array("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  checkSplits(head + input.dropFirst(), choice: choice)
  return 0
}

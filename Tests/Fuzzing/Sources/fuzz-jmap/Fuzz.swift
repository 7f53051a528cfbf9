// Is there a JMAP request whose answer is none, is too large, or traps?

import ExampleDialogues

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  checkJMAP(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

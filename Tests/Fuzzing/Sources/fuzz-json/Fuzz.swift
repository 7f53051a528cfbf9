// Is there JSON that means something else when it is written and read again, or that traps?

import ExampleDialogues

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  checkJSON(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

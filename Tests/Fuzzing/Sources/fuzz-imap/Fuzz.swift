// Is there a stream of IMAP commands that is answered differently when it is cut differently, or that traps?

import ExampleDialogues

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  checkIMAP(Array(input.dropFirst()), choice: choice)
  return 0
}

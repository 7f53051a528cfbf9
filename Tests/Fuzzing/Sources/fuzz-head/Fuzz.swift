// Is there a stream of requests that the head parser reads differently when it is cut differently, or traps on?

import FuzzSupport

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  checkSplits(Array(input.dropFirst()), choice: choice)
  return 0
}

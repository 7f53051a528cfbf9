// Is a `traceparent` field read to the letter, whatever it holds?

import FuzzSupport
import TraceSpans

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let field = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  let context = TraceContext(traceparent: field)
  let expected = expected(field)
  require(context?.traceparent == expected, "\(field) is \(context?.traceparent ?? "none")")
  if let context {
    require(context.isRemote, "a context from elsewhere is not remote")
    require(
      TraceContext(traceparent: context.traceparent) == context, "\(context.traceparent) means something else"
    )
  }
  return 0
}

/// What the recommendation makes of a field, by its words rather than by its bytes.
private func expected(_ field: String) -> String? {
  // A longer one is not looked at; a byte that is no UTF-8 has become three.
  guard field.utf8.count <= 1024 else { return nil }
  func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
  var scalars = Array(field.unicodeScalars.drop(while: isBlank))
  while let last = scalars.last, isBlank(last) { scalars.removeLast() }
  let words = scalars.split(separator: "-", omittingEmptySubsequences: false).map { Array($0) }
  guard words.count >= 4, zip(words, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 }),
    words.prefix(4).joined().allSatisfy({ ("0"..."9").contains($0) || ("a"..."f").contains($0) })
  else { return nil }
  let texts = words.prefix(4).map { word in word.map { String($0) }.joined() }
  guard texts[0] != "ff", texts[0] != "00" || words.count == 4, Set(words[1]) != ["0"],
    Set(words[2]) != ["0"],
    let flags = UInt8(texts[3], radix: 16)
  else { return nil }
  return "00-\(texts[1])-\(texts[2])-0\(flags & 3)"
}

// Does a trace state stay within its limits and its grammar, whatever fields it comes in?

import FuzzSupport
import TraceSpans

private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

/// What libFuzzer calls for each input: fields with newlines between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let fields = UnsafeBufferPointer(start: start, count: count)
    .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  let state = read(fields)
  check(state)
  require(read([state.text]) == state, "\(state) means something else")
  for key in ["ours", "tenant@ours", fields[0]] {
    guard let set = state.setting(key, to: "a value") else { continue }
    check(set)
    require(set.entries[0] == (key, "a value"), "\(key) is not the first of \(set)")
    require(read([set.text]) == set, "\(set) means something else")
    require(set.removing(key)[key] == nil, "\(key) is still there")
    // What others have said is in its order.
    let others = set.entries.dropFirst().map(\.key)
    require(state.entries.map(\.key).filter { others.contains($0) } == others, "\(set) is in another order")
  }
  return 0
}

private func read(_ fields: [String]) -> TraceState {
  guard let context = TraceContext(traceparent: parent, tracestate: fields) else {
    require(false, "a tracestate has done harm to a traceparent")
    return TraceState()
  }
  return context.state
}

private func check(_ state: TraceState) {
  let entries = state.entries
  require(entries.count <= 32, "\(entries.count) entries")
  require(state.text.utf8.count <= 512 || entries.count == 1, "\(state.text.utf8.count) bytes")
  require(Set(entries.map(\.key)).count == entries.count, "a key twice in \(state)")
  require(state.text == entries.map { "\($0.key)=\($0.value)" }.joined(separator: ","), "\(state) in parts")
  for (key, value) in entries {
    require((1...256).contains(key.utf8.count) && (1...256).contains(value.utf8.count), "lengths in \(state)")
    require(
      value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && value.utf8.last != 0x20, "a value in \(state)")
    require(key == key.lowercased() && !key.contains { $0 == " " || $0 == "\t" }, "a key in \(state)")
  }
}

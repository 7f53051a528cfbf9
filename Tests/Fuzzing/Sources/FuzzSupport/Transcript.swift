// What does a parser make of some bytes, however they are split?

package import EndpointMessages
package import ObservabilityHTTP

/// Ends the run: libFuzzer keeps the input that led here.
package func require(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}

/// Everything that a connection would learn of its bytes.
package struct Transcript: Equatable {
  /// Requests and the failure that ended them, in order, as text.
  package private(set) var events: [String] = []
  package private(set) var isOpen = true
  private var parser: RequestParser

  package init(limits: HTTPServerLimits) { parser = RequestParser(limits: limits) }

  package static func == (one: Transcript, other: Transcript) -> Bool {
    one.events == other.events && one.isOpen == other.isOpen
  }

  /// Feeds the bytes as a connection does: what was not taken comes again.
  package mutating func feed(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while isOpen, !rest.isEmpty {
      // A copy of exactly these bytes, so that the address sanitizer finds what reads past them.
      let (consumed, step) = Array(rest).withUnsafeBufferPointer { parser.feed($0) }
      require((0...rest.count).contains(consumed), "consumed \(consumed) of \(rest.count)")
      rest = rest.dropFirst(consumed)
      switch step {
      case .needMore:
        require(rest.isEmpty, "more is needed, and \(rest.count) bytes are left")
        _ = parser.takeContinueRequest()
      case .failed(let reason):
        events.append("failed \(reason)")
        isOpen = false
      case .request(let parsed):
        check(parsed.request)
        events.append(Self.text(of: parsed))
        isOpen = parsed.keepAlive
      }
    }
  }

  private static func text(of parsed: ParsedRequest) -> String {
    let request = parsed.request
    let fields = request.headers.list.map { "\($0.name): \($0.value)" }
    return "\(request.method) \(request.path) \(request.query.items) \(request.version) \(fields)"
      + " \(request.body) \(parsed.keepAlive) \(parsed.disposition)"
  }

  /// The outcome for bytes fed in pieces that end at `splits`.
  package static func of(
    _ bytes: [UInt8], splits: [Int] = [], limits: HTTPServerLimits
  ) -> Transcript {
    var transcript = Transcript(limits: limits)
    var start = 0
    for end in splits + [bytes.count] {
      transcript.feed(bytes[start..<end])
      start = end
    }
    return transcript
  }
}

/// What holds for every request that reaches a handler.
package func check(_ request: EndpointRequest) {
  require(request.path == "*" || request.path.utf8.first == UInt8(ascii: "/"), "path \(request.path)")
  require(
    !request.path.utf8.contains { $0 < 32 || $0 == 127 || $0 == UInt8(ascii: "\\") },
    "a control byte or a backslash in the path")
  for segment in request.path.utf8.split(separator: UInt8(ascii: "/")) {
    require(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "a dot segment")
  }
  for item in request.query.items {
    require(!item.name.utf8.contains(0) && !item.value.utf8.contains(0), "a NUL in the query")
  }
  for (name, value) in request.headers.list {
    require(!name.isEmpty && !name.utf8.contains { $0 <= 32 || $0 == 58 || $0 >= 127 }, "field name \(name)")
    require(!value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 }, "a line break in a field's value")
  }
}

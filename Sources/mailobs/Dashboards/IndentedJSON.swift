// How does JSON look that people compare line by line?

extension [UInt8] {
  /// A compact document with one member a line; what holds nothing, and objects in one short line, stay as they are.
  var indentedJSON: [UInt8] {
    var lines = JSONIndenter(bytes: self)
    lines.value(depth: 0)
    return lines.output + [UInt8(ascii: "\n")]
  }
}

/// Copies a document that was written here, and therefore is one.
private struct JSONIndenter {
  let bytes: [UInt8]
  var output: [UInt8] = []
  private var position = 0
  /// The longest container that stays on its line, indentation not counted.
  private static let shortest = 72

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func value(depth: Int) {
    guard position < bytes.count else { return }
    let opening = bytes[position]
    guard opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[") else {
      scalar()
      return
    }
    if let end = shortEnd() {
      copySpaced(to: end)
      return
    }
    output.append(opening)
    position += 1
    while position < bytes.count, bytes[position] != opening + 2 {
      newLine(depth + 1)
      if opening == UInt8(ascii: "{") {
        scalar()
        position += 1
        output += ": ".utf8
      }
      value(depth: depth + 1)
      if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
        output.append(UInt8(ascii: ","))
        position += 1
      }
    }
    newLine(depth)
    output.append(opening + 2)
    position += 1
  }

  /// The end of the container at hand if it is short and holds no other that does.
  private func shortEnd() -> Int? {
    var depth = 0
    var isString = false
    var index = position
    while index < bytes.count, index - position <= JSONIndenter.shortest {
      let byte = bytes[index]
      if isString {
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { isString = false }
      } else if byte == UInt8(ascii: "\"") {
        isString = true
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
        if depth == 0 { return index }
      }
      index += 1
    }
    return nil
  }

  private mutating func copySpaced(to end: Int) {
    while position <= end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        scalar()
        continue
      }
      output.append(byte)
      if byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") { output.append(UInt8(ascii: " ")) }
      position += 1
    }
  }

  /// A string, a number or a word.
  private mutating func scalar() {
    let begin = position
    if bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
      }
      position += 1
    } else {
      while position < bytes.count, !",}]".utf8.contains(bytes[position]) { position += 1 }
    }
    output += bytes[begin..<Swift.min(position, bytes.count)]
  }

  private mutating func newLine(_ depth: Int) {
    output.append(UInt8(ascii: "\n"))
    output += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
  }
}

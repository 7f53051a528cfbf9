// Which bytes are entries of a trace state?

extension TraceState {
  typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  /// More than 32 entries of the greatest length have.
  static let readLimit = 32 * 1024

  /// The entries of a trace state that came in so many fields; none when one of them is not what it has to
  /// be, when there are more than 32, or when the fields are too long to be looked at. Of entries with the
  /// same key the first one stays, which is the newest; empty ones are left out. Longer ones than may be sent
  /// on are shortened.
  init(fields: [String]) {
    self.init()
    var entries: [[UInt8]] = []
    var length = 0
    for field in fields {
      length += field.utf8.count + 1
      guard length <= TraceState.readLimit else { return }
      var field = field
      guard field.withUTF8({ TraceState.read($0[...], into: &entries) }) else { return }
    }
    guard !entries.isEmpty else { return }
    self.init(shortening: entries)
  }

  /// False when the field is none, or there are too many entries.
  private static func read(_ field: Bytes, into entries: inout [[UInt8]]) -> Bool {
    for part in field.split(separator: UInt8(ascii: ",")) {
      let entry = trimmed(part)
      if entry.isEmpty { continue }
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), isKey(entry[..<equals]),
        isValue(entry[entry.index(after: equals)...])
      else { return false }
      if entries.contains(where: { $0.starts(with: entry[...equals]) }) { continue }
      guard entries.count < entryLimit else { return false }
      entries.append([UInt8](entry))
    }
    return true
  }

  /// The bytes without the spaces and tabs around them.
  static func trimmed(_ bytes: Bytes) -> Bytes {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
    return bytes
  }

  /// A key of level 2, of which those of level 1 are some.
  private static func isKey(_ bytes: Bytes) -> Bool {
    guard let first = bytes.first, bytes.count <= 256 else { return false }
    return (isLetter(first) || isDigit(first))
      && bytes.allSatisfy { isKeyCharacter($0) || $0 == UInt8(ascii: "@") }
  }

  /// A key of level 1: alone, or of a tenant `@` a system.
  static func isStrictKey(_ bytes: Bytes) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "@"), maxSplits: 2, omittingEmptySubsequences: false)
    guard let tenant = parts.first, let system = parts.last, let first = tenant.first,
      let second = system.first, isLetter(second), parts.allSatisfy({ $0.allSatisfy(isKeyCharacter) })
    else { return false }
    switch parts.count {
    case 1: return tenant.count <= 256
    case 2: return (isLetter(first) || isDigit(first)) && tenant.count <= 241 && system.count <= 14
    default: return false
    }
  }

  static func isValue(_ bytes: Bytes) -> Bool {
    guard let last = bytes.last, last != UInt8(ascii: " "), bytes.count <= 256 else { return false }
    return bytes.allSatisfy { byte in
      (0x20...0x7E).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "=")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
  private static func isKeyCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"): true
    default: isLetter(byte) || isDigit(byte)
    }
  }
}

// What have other tracing systems added to a trace?

/// The entries that tracing systems have added to a trace, the newest first: at most 32, of 512 bytes
/// together.
///
/// A value: copies are independent, and any thread may use one.
///
/// Source: W3C Trace Context, `tracestate`. Read is what level 2 of it calls a key, which level 1 does too;
/// keys that are set are those of level 1, so that everybody can read them.
public struct TraceState: Sendable, Hashable, CustomStringConvertible {
  /// The entries as a field of their own: `key=value` with commas between them.
  public let text: String

  /// The most entries there are.
  static let entryLimit = 32
  /// The most bytes there are of all entries, commas included.
  static let lengthLimit = 512

  /// No entries.
  public init() { text = "" }

  private init(text: String) { self.text = text }

  /// Whether there is no entry.
  public var isEmpty: Bool { text.isEmpty }

  /// ``text``.
  public var description: String { text }

  /// The entries, the newest first.
  public var entries: [(key: String, value: String)] {
    text.utf8.split(separator: UInt8(ascii: ",")).compactMap { entry in
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      return (
        String(decoding: entry[..<equals], as: UTF8.self),
        String(decoding: entry[entry.index(after: equals)...], as: UTF8.self)
      )
    }
  }

  /// The value of a key; nil when there is no such entry.
  public subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

  /// The same with an entry at its head, in place of one with that key. Where that makes it longer than 512
  /// bytes or than 32 entries, entries of more than 128 bytes are left out first, and then the last ones.
  ///
  /// - Parameters:
  ///   - key: a lower-case letter and up to 255 of the characters `a-z0-9_-*/`; or up to 241 of them that
  ///     begin with a letter or a digit, `@`, and a letter and up to 13 of them.
  ///   - value: 1 to 256 printable ASCII characters but `,` and `=`, the last of them no space.
  /// - Returns: nil when the key or the value is none.
  public func setting(_ key: String, to value: String) -> TraceState? {
    var (key, value) = (key, value)
    guard key.withUTF8({ TraceState.isStrictKey($0[...]) }), value.withUTF8({ TraceState.isValue($0[...]) })
    else { return nil }
    let rest = entries.filter { $0.key != key }
    return TraceState(shortening: ([(key, value)] + rest).map { [UInt8]("\($0.key)=\($0.value)".utf8) })
  }

  /// The same without the entry of a key.
  public func removing(_ key: String) -> TraceState {
    TraceState(text: entries.filter { $0.key != key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
  }

  /// As many of the entries as fit. The first one, which is what whoever writes now says, is never left out:
  /// it has at most 513 bytes, which may be sent alone.
  init(shortening entries: [[UInt8]]) {
    var entries = entries
    var length = entries.reduce(-1) { $0 + $1.count + 1 }
    func isTooLong() -> Bool { length > TraceState.lengthLimit || entries.count > TraceState.entryLimit }
    while isTooLong(), let index = entries.lastIndex(where: { $0.count > 128 }), index > 0 {
      length -= entries.remove(at: index).count + 1
    }
    while isTooLong(), entries.count > 1 { length -= entries.removeLast().count + 1 }
    text = String(decoding: [UInt8](entries.joined(separator: [UInt8(ascii: ",")])), as: UTF8.self)
  }
}

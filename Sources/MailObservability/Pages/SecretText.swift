// What of a setting or of the command line may be shown, when some of it may be a secret?

import ObservabilityEndpoints
import ObservabilityPlatform

/// Leaves out of texts what may be a secret, by their names and by their form. Better too much than too little: whoever wants
/// to know what a blanked value is can look where it came from.
///
/// Bytes are compared: a mark behind a colon or an equals sign makes one character of both. Nothing here calls itself for each
/// of a text's parts, of which whoever wrote it decides how many there are.
enum SecretText {
  static let blank = "***"
  /// The longest text that is looked at and shown.
  static let longest = 4096

  /// The value of a setting.
  static func value(_ value: String, named name: String) -> String {
    let name = SecretName(name)
    if name.isSecret {
      if name.isPath, value.utf8.first == UInt8(ascii: "/") { return text(value) }
      return value.isEmpty ? "" : blank
    }
    return name.isUser ? ShownSetting.name(text(value)) : text(value)
  }

  /// A text whose name says nothing: of URLs the user, the query and the fragment are left out, and all of what looks like a
  /// hash, a token or a header field, or stands behind a name and a colon or behind the name of a secret. What follows such a
  /// one may be more of it, and is left out with it.
  static func text(_ text: String) -> String {
    var scan = SecretScan(depth: 0)
    scan.read(Array(text.cut(to: longest).utf8)[...])
    return scan.shown
  }
}

/// What of a text may be shown, read from its beginning to its end.
private struct SecretScan {
  private typealias Bytes = ArraySlice<UInt8>

  private(set) var shown = ""
  /// Whether something has been left out.
  private var hasSecret = false
  /// Whether all that follows may be a part of a secret.
  private var isOver = false
  /// How often the text has been decoded.
  private let depth: Int
  private static let mostDepth = 3

  init(depth: Int) { self.depth = depth }

  mutating func read(_ text: ArraySlice<UInt8>) {
    // The name and its sign may stand apart, as in `password = …`.
    var isBehindSecretName = false
    var rest = text
    while !rest.isEmpty {
      let space = rest.prefix(while: SecretScan.isSpace)
      rest = rest[space.endIndex...]
      let word = rest.prefix { !SecretScan.isSpace($0) }
      rest = rest[word.endIndex...]
      show(space)
      guard let first = word.first else { break }
      if isBehindSecretName, first == UInt8(ascii: "=") || first == UInt8(ascii: ":") {
        show(word.prefix(1))
        if word.count > 1 { hide() }
        isOver = true
      } else {
        read(word: word)
      }
      let name = SecretName(word)
      isBehindSecretName = name.isSecret
      if name.isScheme { isOver = true }
      guard !isOver else {
        if let more = rest.firstIndex(where: { !SecretScan.isSpace($0) }) {
          if !shown.hasSuffix(SecretText.blank) { show(rest[..<more]) }
          hide()
        }
        return
      }
    }
  }

  private mutating func read(word: Bytes) {
    if SecretScan.scheme(in: word) != nil { return read(part: word) }
    // Before a comma parts it.
    guard !SecretScan.isHash(word) else {
      guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { return hide() }
      if word.first == UInt8(ascii: "$") { hide() } else { show(word[..<colon]) }
      show(":")
      return hide()
    }
    var rest = word
    while !rest.isEmpty, !isOver {
      let part = rest.prefix { !SecretScan.isComma($0) }
      read(part: part)
      rest = rest[part.endIndex...]
      let commas = rest.prefix(while: SecretScan.isComma)
      if !isOver { show(commas) }
      rest = rest[commas.endIndex...]
    }
  }

  private mutating func read(part: Bytes) {
    var rest = part
    var isUser = false
    // A URL is looked at by its parts.
    if SecretScan.scheme(in: part) == nil, isEncodedSecret(part) { return hide() }
    while !SecretScan.isCredentials(rest),
      let sign = rest.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") })
    {
      let (name, value) = (rest[..<sign], rest[(sign + 1)...])
      if rest[sign] == UInt8(ascii: ":") {
        if value.starts(with: "//".utf8) { return read(url: name, value[(sign + 3)...]) }
        return read(pair: rest, name, value, isUser: isUser)
      }
      if SecretScan.isToken(name) || isEncodedSecret(name) { return hide() }
      show(name)
      show("=")
      let known = SecretName(name)
      if known.isSecret, !(known.isPath && value.first == UInt8(ascii: "/")) {
        if !value.isEmpty { hide() }
        isOver = true
        return
      }
      isUser = known.isUser
      rest = value
    }
    if SecretScan.isToken(rest) || SecretScan.isCredentials(rest) { hide() } else { show(rest) }
  }

  // MARK: - Names and what is behind them

  /// A name and a colon, and what is no port, path or address behind them.
  private mutating func read(pair: Bytes, _ name: Bytes, _ value: Bytes, isUser: Bool) {
    let known = SecretName(name)
    let mayBeAddress = !isUser && !known.isUser && !known.isSecret
    let address = pair.last == UInt8(ascii: ")") ? pair.dropLast() : pair
    if mayBeAddress, SecretScan.isAddress(address) { return show(pair) }
    if SecretScan.isToken(name) { hide() } else { show(name) }
    show(":")
    if !value.isEmpty { hide() }
    // A name with nothing behind its colon says only something of what follows where it is that of a secret.
    isOver = !value.isEmpty || known.isSecret
  }

  private static func isAddress(_ text: Bytes) -> Bool {
    if isHost(text) || IPNetwork(String(decoding: text, as: UTF8.self)) != nil { return true }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let (name, rest) = (text[..<colon], text[(colon + 1)...])
    guard !rest.contains(UInt8(ascii: ":")), !rest.contains(UInt8(ascii: "@")) else { return false }
    if name.elementsEqual("systemd".utf8) { return !isToken(rest) }
    let isPath = rest.first == UInt8(ascii: "/") && !isToken(rest)
    return isPath && (name.elementsEqual("unix".utf8) || name.first == UInt8(ascii: "/"))
  }

  /// Whether there is nothing but a host in it, and a port at most. The name may be any.
  private static func isHost(_ text: Bytes) -> Bool {
    guard text.count <= 260, !text.contains(UInt8(ascii: "@")) else { return false }
    var port = text
    if text.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
      port = text[(end + 1)...]
      guard !port.isEmpty else { return true }
    }
    guard let colon = port.firstIndex(of: UInt8(ascii: ":")) else { return text.first != UInt8(ascii: "[") }
    guard colon == port.startIndex || text.first != UInt8(ascii: "[") else { return false }
    let digits = port[(colon + 1)...]
    return digits.count <= 5 && digits.allSatisfy { 0x30...0x39 ~= $0 } && !isToken(port[..<colon])
  }

  // MARK: - URLs

  /// A URL without who asks and what is asked for.
  private mutating func read(url scheme: Bytes, _ rest: Bytes) {
    func isEnd(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }
    if SecretScan.isToken(scheme) || isEncodedSecret(scheme) { hide() } else { show(scheme) }
    show("://")
    let authority = rest.prefix { !isEnd($0) }
    let behind = rest[authority.endIndex...]
    let user = authority.lastIndex(of: UInt8(ascii: "@"))
    let hosts = authority[(user.map { $0 + 1 } ?? authority.startIndex)...]
    // A password may have been written with such a character in it: then all that follows may be part of it.
    guard !behind.contains(UInt8(ascii: "@")),
      hosts.split(separator: UInt8(ascii: ",")).allSatisfy(SecretScan.isHost), !isEncodedSecret(hosts)
    else {
      hide()
      isOver = true
      return
    }
    if user != nil {
      hide()
      show("@")
    }
    show(hosts)
    let path = behind.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    for (place, segment) in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .enumerated()
    {
      if place > 0 { show("/") }
      if isSecret(inPath: segment) { hide() } else { show(segment) }
    }
    guard path.endIndex < behind.endIndex else { return }
    show(behind[path.endIndex...].prefix(1))
    hide()
    isOver = true
  }

  private func isSecret(inPath segment: Bytes) -> Bool {
    if SecretScan.isToken(segment) || isEncodedSecret(segment) { return true }
    return segment.contains(UInt8(ascii: "=")) || segment.contains(UInt8(ascii: ":"))
      ? hasSecret(segment) : false
  }

  private static func scheme(in text: Bytes) -> Int? {
    text.indices.first { text[$0] == UInt8(ascii: ":") && text[($0 + 1)...].starts(with: "//".utf8) }
  }

  // MARK: - Forms

  /// A password's hash in modular crypt format, or of a directory.
  private static func isHash(_ text: Bytes) -> Bool {
    // `$`, a method of one to sixteen letters and digits, and another `$`.
    let signs = text.indices.filter { text[$0] == UInt8(ascii: "$") }
    if zip(signs, signs.dropFirst()).contains(where: { (2...17).contains($1 - $0) }) { return true }
    guard text.contains(UInt8(ascii: "{")) else { return false }
    let upper = text.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 ? $0 - 32 : $0 }
    return ["{SSHA", "{SHA", "{CRYPT}", "{MD5}", "{SMD5}"].contains { mark in
      upper.indices.contains { upper[$0] == UInt8(ascii: "{") && upper[$0...].starts(with: mark.utf8) }
    }
  }

  /// Whether some run of letters and digits of it may be a random one: 20 of them with both, or the beginning of a JSON Web
  /// Token.
  private static func isToken(_ text: Bytes) -> Bool {
    if text.count >= 20, text.starts(with: "eyJ".utf8) { return true }
    return text.split { !SecretName.isLetter($0) && !(0x30...0x39 ~= $0) && $0 != UInt8(ascii: "+") }.contains
    { run in
      run.count >= 20 && run.contains { 0x30...0x39 ~= $0 } && run.contains { !(0x30...0x39 ~= $0) }
    }
  }

  /// Whether it is a name and a password as Basic authentication has them: a text with a colon in base64.
  private static func isCredentials(_ text: Bytes) -> Bool {
    guard text.count >= 6 else { return false }
    let isPadded = text.last == UInt8(ascii: "=")
    let padding = [UInt8](repeating: UInt8(ascii: "="), count: isPadded ? 0 : (4 - text.count % 4) % 4)
    guard let bytes = Base64.decoded(text + padding) else { return false }
    return bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { 0x20..<0x7F ~= $0 }
  }

  /// Whether it has something to be left out once its `%` and two digits are the bytes that they stand for.
  private func isEncodedSecret(_ text: Bytes) -> Bool {
    guard let decoded = SecretScan.decoded(text) else { return false }
    return depth >= SecretScan.mostDepth || hasSecret(decoded[...])
  }

  private func hasSecret(_ text: Bytes) -> Bool {
    var scan = SecretScan(depth: depth + 1)
    scan.read(text)
    return scan.hasSecret || scan.isOver
  }

  /// Nil for what has nothing in it to be decoded.
  private static func decoded(_ text: Bytes) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "%")) else { return nil }
    var bytes: [UInt8] = []
    var place = text.startIndex
    var isDecoded = false
    while place < text.endIndex {
      if text[place] == UInt8(ascii: "%"), place + 2 < text.endIndex, let high = digit(text[place + 1]),
        let low = digit(text[place + 2])
      {
        bytes.append(high << 4 | low)
        place += 3
        isDecoded = true
      } else {
        bytes.append(text[place])
        place += 1
      }
    }
    return isDecoded ? bytes : nil
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
  private static func isComma(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
  }

  // MARK: - What is shown

  private mutating func show(_ bytes: Bytes) { shown += String(decoding: bytes, as: UTF8.self) }
  private mutating func show(_ text: String) { shown += text }
  private mutating func hide() {
    hasSecret = true
    if !shown.hasSuffix(SecretText.blank) { shown += SecretText.blank }
  }
}

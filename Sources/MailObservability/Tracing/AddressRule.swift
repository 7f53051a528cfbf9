// What does a span say of a person?

import ObservabilityPlatform
import EndpointMessages

/// Addresses as they are shown.
struct AddressRule: Sendable {
  private enum Form { case domain, hash(SipHash), full }
  private let form: Form

  init(_ addresses: TracingConfig.Addresses) {
    switch addresses.rule {
    case .domain: form = .domain
    case .hashed(nil): form = .hash(.random())
    case .hashed(let key?): form = .hash(SipHash(secret: Array(key.text.utf8)))
    case .full: form = .full
    }
  }

  /// An address, or a name that stands for a person, as it is shown; nil when it is left out.
  func shown(_ address: String) -> String? {
    switch form {
    case .domain: AddressRule.domain(of: address)
    case .hash(let hash): hash.text(of: address.utf8)
    case .full: address
    }
  }

  /// The name of a mailbox as it is shown. Of those in which there may be a person's name, the domain is not
  /// shown either.
  func shown(mailbox: String) -> String? {
    if case .domain = form {
      return mailbox.utf8.count == 5 && mailbox.uppercased() == "INBOX" ? "INBOX" : nil
    }
    return shown(mailbox)
  }

  /// A name of something else, which clients or settings may have made of an address: as it is, unless it
  /// looks like that.
  func shown(name: String) -> String? { AddressRule.mayHoldAddress(name) ? shown(name) : name }

  /// A domain as it is shown, also where a whole address was given; nil when it is none.
  static func shown(domain: String) -> String? {
    if let ofAddress = self.domain(of: domain) { return ofAddress }
    var domain = domain
    return domain.withUTF8 { bytes in
      let whole = prefixDomain(of: bytes[...])
      return whole?.utf8.count == bytes.count ? whole : nil
    }
  }

  /// Whether there is an `@` in it, in one of the ways in which protocols and clients write one: as it is, `%40`,
  /// `=40`, `+40`, or of the width of ideographs.
  static func mayHoldAddress(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var index = 0
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "@"): return true
        case UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "+"):
          if bytes.next(after: index) == (UInt8(ascii: "4"), UInt8(ascii: "0")) { return true }
        // U+FF20 and U+FE6B.
        case 0xEF:
          let next = bytes.next(after: index)
          if next == (0xBC, 0xA0) || next == (0xB9, 0xAB) { return true }
        default: break
        }
        index += 1
      }
      return false
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The two bytes behind one; 0 where there is none.
  fileprivate func next(after index: Int) -> (UInt8, UInt8) {
    (index + 1 < count ? self[index + 1] : 0, index + 2 < count ? self[index + 2] : 0)
  }
}

// MARK: - Domains

extension AddressRule {
  /// What follows the last `@` that is not quoted, not escaped and in no comment, up to the first character
  /// that no domain has. Nil when there is nothing, when nothing stands before it, for a literal that is no
  /// IP address, and for more than a domain can have. Where quotes or comments do not end, nobody can tell
  /// what is the domain: nil.
  ///
  /// Source: RFC 5321, 4.1.2; RFC 5322, 3.2.1, 3.2.2 and 3.2.4.
  static func domain(of address: String) -> String? {
    var address = address
    return address.withUTF8 { domain(ofBytes: $0) }
  }

  private static func domain(ofBytes bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var at: Int?
    var (isQuoted, isInBrackets, depth) = (false, false, 0)
    var before = UInt8(ascii: " ")
    var index = 0
    scan: while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\\"):
        index += 1
        guard index < bytes.count else { break scan }
      case UInt8(ascii: "\"") where depth == 0: isQuoted.toggle()
      case _ where isQuoted: break
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case _ where depth != 0: break
      case UInt8(ascii: "<"): isInBrackets = true
      case UInt8(ascii: ">") where isInBrackets: break scan
      case UInt8(ascii: "@"): at = isBoundary(before) ? nil : index
      default: break
      }
      before = byte
      index += 1
    }
    guard let at, !isQuoted, depth == 0 else { return nil }
    return prefixDomain(of: bytes[(at + 1)...])
  }

  /// What no local part ends with.
  private static func isBoundary(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "<"), UInt8(ascii: ","), UInt8(ascii: ";"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }

  /// The domain, or the IP address in brackets, that a text begins with.
  private static func prefixDomain(of text: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    if text.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      var literal = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
      if literal.prefix(5).lowercased() == "ipv6:" { literal.removeFirst(5) }
      return IPAddress.bytes(of: literal) == nil ? nil : String(decoding: text[...end], as: UTF8.self)
    }
    var end = text.firstIndex { !isOfDomain($0) } ?? text.endIndex
    if end < text.endIndex, text[end] >= 0x80 {
      // What letters are beyond ASCII is asked of few domains.
      let rest = String(decoding: text[end...], as: UTF8.self).unicodeScalars
      end += rest.prefix(while: isOfDomain).reduce(0) { $0 + UTF8.width($1) }
    }
    let count = end - text.startIndex
    return count == 0 || count > 255 ? nil : String(decoding: text[..<end], as: UTF8.self)
  }

  private static func isOfDomain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Letters and digits of any script, what belongs to letters, and `-._`.
  private static func isOfDomain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "\u{3002}": true
    case _ where scalar.isASCII: false
    default:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .nonspacingMark,
        .spacingMark, .enclosingMark, .decimalNumber:
        true
      default: false
      }
    }
  }
}

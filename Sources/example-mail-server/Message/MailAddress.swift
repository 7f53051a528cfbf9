// Who is a mail from, and for whom? A mailbox as SMTP writes it (RFC 5321 section 4.1.2).

import EndpointMessages

struct MailAddress: Hashable, Sendable, CustomStringConvertible {
  /// As sent: its case belongs to the receiving host.
  let localPart: String
  /// In lower case; empty only for the bare `postmaster`.
  let domain: String

  var description: String { domain.isEmpty ? localPart : "\(localPart)@\(domain)" }

  static let maximumLocalPartLength = 64
  static let maximumDomainLength = 255

  init(localPart: String, domain: String) {
    self.localPart = localPart
    self.domain = domain.asciiLowercased
  }

  /// Whether both lead to one mailbox, as far as anybody can tell: no server in use tells local parts apart by case.
  func isSame(as other: MailAddress) -> Bool {
    domain == other.domain
      && localPart.utf8.elementsEqual(other.localPart.utf8) { $0.lowercased == $1.lowercased }
  }

  /// Parses `local@domain` without angle brackets; nil when it is not a mailbox of RFC 5321.
  init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.allSatisfy(\.isPrintable) else { return nil }
    if bytes.equals(ignoringCase: "postmaster") {
      self.init(localPart: bytes.text, domain: "")
      return
    }
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let local = bytes[..<at]
    let domain = bytes[(at + 1)...]
    guard Self.isLocalPart(local), Self.isDomain(domain) else { return nil }
    self.init(localPart: local.text, domain: domain.text)
  }

  private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= maximumLocalPartLength else { return false }
    if bytes.first == .quote {
      guard bytes.count >= 2, bytes.last == .quote else { return false }
      var isEscaped = false
      for byte in bytes.dropFirst().dropLast() {
        if isEscaped {
          isEscaped = false
        } else if byte == .backslash {
          isEscaped = true
        } else if byte == .quote {
          return false
        }
      }
      return !isEscaped
    }
    return bytes.split(separator: .dot, omittingEmptySubsequences: false).allSatisfy { atom in
      !atom.isEmpty && atom.allSatisfy(isAtomText)
    }
  }

  private static func isAtomText(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  /// A host name, or an address in brackets.
  static func isDomain(_ bytes: some Collection<UInt8>) -> Bool {
    let bytes = Array(bytes)
    guard !bytes.isEmpty, bytes.count <= maximumDomainLength else { return false }
    if bytes.first == UInt8(ascii: "[") {
      return bytes.count > 2 && bytes.last == UInt8(ascii: "]")
        && bytes.dropFirst().dropLast().allSatisfy { byte in
          byte.isDigit || byte.isLetter || byte == .dot || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "-")
        }
    }
    return bytes.split(separator: .dot, omittingEmptySubsequences: false).allSatisfy { label in
      !label.isEmpty && label.count <= 63 && label.first != UInt8(ascii: "-")
        && label.last != UInt8(ascii: "-")
        && label.allSatisfy {
          $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
  }
}

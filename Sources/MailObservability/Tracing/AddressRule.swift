// What does a span say of a person?

/// Addresses as they are shown.
struct AddressRule: Sendable {
  private enum Form { case domain, hash(SipHash), full }
  private let form: Form

  init(_ addresses: TracingConfig.Addresses) {
    switch addresses.rule {
    case .domain: form = .domain
    case .hashed(nil): form = .hash(.random())
    case .hashed(let key?): form = .hash(SipHash(secret: Array(key.utf8)))
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

  /// What follows the last `@`, up to the first byte that no domain has: a closing bracket, a remark. Nil
  /// when there is nothing, and for more than a domain can have.
  static func domain(of address: String) -> String? {
    guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let domain = address.utf8[address.utf8.index(after: at)...].prefix(while: isOfDomain)
    return domain.isEmpty || domain.count > 255 ? nil : String(decoding: domain, as: UTF8.self)
  }

  private static func isOfDomain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"), 0x80...:
      true
    default: false
    }
  }
}

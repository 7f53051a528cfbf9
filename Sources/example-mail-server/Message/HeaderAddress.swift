// Who stands in a From or To? An address list, taken apart (RFC 5322 section 3.4).

import EndpointMessages

/// One mailbox of an address list, as ENVELOPE and JMAP want it.
struct HeaderAddress: Sendable, Equatable {
  let name: String?
  let address: String

  var localPart: String { address.lastIndex(of: "@").map { String(address[..<$0]) } ?? address }
  var domain: String { address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) } ?? "" }

  /// What an address list is made of, in its order. A group that was begun is ended.
  enum Item: Sendable, Equatable {
    case address(HeaderAddress)
    case groupBegins(name: String)
    case groupEnds
  }

  /// Reads `Name <a@b>, "Last, First" <c@d>, e@f`; comments are left out, group syntax is flattened.
  static func list(_ text: String) -> [HeaderAddress] {
    items(text).compactMap { if case .address(let address) = $0 { address } else { nil } }
  }

  /// As `list`, with the groups.
  static func items(_ text: String) -> [Item] {
    var result: [Item] = []
    var phrase: [UInt8] = []
    var address: [UInt8]?
    var isQuoted = false
    var isEscaped = false
    var isInGroup = false
    var commentDepth = 0
    func finish() {
      let name = phrase.trimmed.text
      if let address {
        let address = HeaderAddress(name: name.isEmpty ? nil : name, address: address.trimmed.text)
        result.append(.address(address))
      } else if name.contains("@") {
        result.append(.address(HeaderAddress(name: nil, address: name)))
      }
      phrase = []
      address = nil
    }
    var isInBrackets = false
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
        if commentDepth == 0 { phrase.append(byte) }
        continue
      }
      switch byte {
      case .backslash where isQuoted || commentDepth > 0: isEscaped = true
      case .quote where commentDepth == 0 && !isInBrackets: isQuoted.toggle()
      case _ where isQuoted: phrase.append(byte)
      case UInt8(ascii: "("): commentDepth += 1
      case UInt8(ascii: ")"): commentDepth = max(0, commentDepth - 1)
      case _ where commentDepth > 0: break
      case UInt8(ascii: "<"):
        isInBrackets = true
        address = []
      case UInt8(ascii: ">"): isInBrackets = false
      case _ where isInBrackets: address?.append(byte)
      case UInt8(ascii: ","): finish()
      case UInt8(ascii: ":") where !isInGroup:
        result.append(.groupBegins(name: phrase.trimmed.text))
        isInGroup = true
        phrase = []
      case UInt8(ascii: ";"):
        finish()
        if isInGroup { result.append(.groupEnds) }
        isInGroup = false
      default: phrase.append(byte)
      }
    }
    finish()
    if isInGroup { result.append(.groupEnds) }
    return result
  }
}

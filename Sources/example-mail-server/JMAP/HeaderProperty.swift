// In which form does a client want a header field? Properties such as header:Subject:asText (RFC 8621, 4.1.3).

import EndpointMessages

struct HeaderProperty: Sendable {
  enum Form: String, Sendable {
    case raw = "asRaw"
    case text = "asText"
    case addresses = "asAddresses"
    case groupedAddresses = "asGroupedAddresses"
    case messageIDs = "asMessageIds"
    case date = "asDate"
    case urls = "asURLs"
  }

  let field: String
  let form: Form
  /// Whether every such field is wanted, in an array, and not only the last.
  let isAll: Bool

  init(_ field: String, _ form: Form) {
    (self.field, self.form, isAll) = (field, form, false)
  }

  /// nil for another property, and for a form that the field has not (RFC 8621 section 4.1.2).
  init?(property: String) {
    var words = property.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 2, words.removeFirst() == "header" else { return nil }
    field = words.removeFirst()
    isAll = words.last == "all"
    if isAll { words.removeLast() }
    guard words.count <= 1, let form = words.first.map({ Form(rawValue: $0) }) ?? .raw else { return nil }
    self.form = form
    guard !field.isEmpty, field.utf8.allSatisfy({ $0.isPrintable && $0 != .space }), Self.has(field, form)
    else { return nil }
  }

  /// The form that each field of RFC 5322 and RFC 2369 has beside the raw one; another field may have any.
  private static let forms: [String: Set<Form>] = {
    var forms: [String: Set<Form>] = ["return-path": [], "received": []]
    let addresses = ["from", "sender", "reply-to", "to", "cc", "bcc"]
    for name in addresses + addresses.map({ "resent-" + $0 }) {
      forms[name] = [.addresses, .groupedAddresses]
    }
    for name in ["message-id", "in-reply-to", "references", "resent-message-id"] {
      forms[name] = [.messageIDs]
    }
    for name in ["date", "resent-date"] { forms[name] = [.date] }
    for name in ["help", "unsubscribe", "subscribe", "post", "owner", "archive"] {
      forms["list-" + name] = [.urls]
    }
    for name in ["subject", "comments", "keywords", "list-id"] { forms[name] = [.text] }
    return forms
  }()

  private static func has(_ field: String, _ form: Form) -> Bool {
    form == .raw || forms[field.asciiLowercased].map { $0.contains(form) } ?? true
  }

  /// - Parameter message: whose header it is, or that of one of its parts.
  func value(in header: MessageHeader, of message: [UInt8]) -> JSON {
    let fields = header.fields.lazy.filter {
      $0.name.utf8.elementsEqual(field.utf8, by: { $0.lowercased == $1.lowercased })
    }
    if isAll { return .array(fields.map { value(of: $0, in: message) }) }
    return fields.last.map { value(of: $0, in: message) } ?? .null
  }

  private func value(of field: MessageHeader.Field, in message: [UInt8]) -> JSON {
    switch form {
    case .raw: Self.raw(field, in: message)
    case .text: .string(EncodedWord.decode(field.value))
    case .addresses: Self.addresses(HeaderAddress.list(field.value))
    case .groupedAddresses: Self.groups(HeaderAddress.items(field.value))
    case .messageIDs: Self.bracketed(field.value, separator: nil)
    case .date: CalendarTime(internetMessageFormat: field.value).map { .string($0.utcFormat) } ?? .null
    case .urls: Self.bracketed(field.value, separator: UInt8(ascii: ","))
    }
  }

  /// What stands behind the colon, as it stands there.
  static func raw(_ field: MessageHeader.Field, in message: [UInt8]) -> JSON {
    var value = message[field.range].drop { $0 != UInt8(ascii: ":") }.dropFirst()
    if value.last == .lineFeed { value.removeLast() }
    if value.last == .carriageReturn { value.removeLast() }
    return .string(Charset.text(ofUnlabelled: value.filter { $0 != 0 }))
  }

  private static func addresses(_ list: [HeaderAddress]) -> JSON {
    .array(
      list.map {
        let name = $0.name.map { JSON.string(EncodedWord.decode($0)) } ?? .null
        return .object(["name": name, "email": .string($0.address)])
      })
  }

  /// Addresses outside of a group are one of no name (RFC 8621 section 4.1.2.4).
  private static func groups(_ items: [HeaderAddress.Item]) -> JSON {
    var groups: [JSON] = []
    var name: String?
    var members: [HeaderAddress] = []
    func end() {
      if name != nil || !members.isEmpty {
        let name = name.map { JSON.string(EncodedWord.decode($0)) } ?? .null
        groups.append(.object(["name": name, "addresses": addresses(members)]))
      }
      name = nil
      members = []
    }
    for item in items {
      switch item {
      case .address(let address): members.append(address)
      case .groupBegins(let begun):
        end()
        name = begun
      case .groupEnds: end()
      }
    }
    end()
    return .array(groups)
  }

  /// What stands in angle brackets, with nothing between but blanks, comments and separators; or null.
  private static func bracketed(_ text: String, separator: UInt8?) -> JSON {
    var found: [JSON] = []
    var rest = Array(text.utf8)[...]
    var commentDepth = 0
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "(") {
        commentDepth += 1
      } else if commentDepth > 0 {
        if byte == .backslash { rest = rest.dropFirst() }
        if byte == UInt8(ascii: ")") { commentDepth -= 1 }
      } else if byte == UInt8(ascii: "<") {
        let content = rest.prefix { $0 != UInt8(ascii: ">") }
        guard content.endIndex < rest.endIndex else { return .null }
        found.append(.string(content.filter { !$0.isWhitespace }.text))
        rest = rest[(content.endIndex + 1)...]
      } else if !byte.isWhitespace, byte != separator {
        return .null
      }
    }
    return found.isEmpty ? .null : .array(found)
  }
}

// How does IMAP show a header without its text? The ENVELOPE structure (RFC 3501 section 7.4.2).

enum IMAPEnvelope {
  static func encode(_ header: MessageHeader) -> String {
    let from = addresses(header["From"])
    /// A field that is missing or empty is the From field.
    func addressesOrFrom(_ name: String) -> String {
      let list = addresses(header[name])
      return list == "NIL" ? from : list
    }
    let fields = [
      string(header["Date"]), string(header["Subject"]), from,
      addressesOrFrom("Sender"), addressesOrFrom("Reply-To"),
      addresses(header["To"]), addresses(header["Cc"]), addresses(header["Bcc"]),
      string(header["In-Reply-To"]), string(header["Message-ID"]),
    ]
    return "(\(fields.joined(separator: " ")))"
  }

  private static func addresses(_ field: String?) -> String {
    let list = field.map { HeaderAddress.items($0) } ?? []
    guard !list.isEmpty else { return "NIL" }
    let encoded = list.map { item in
      switch item {
      case .address(let address):
        "(\(string(address.name)) NIL \(string(address.localPart)) \(string(address.domain)))"
      // No host tells of a group: its name begins it, and no name ends it.
      case .groupBegins(let name): "(NIL NIL \(string(name)) NIL)"
      case .groupEnds: "(NIL NIL NIL NIL)"
      }
    }
    return "(\(encoded.joined()))"
  }

  /// NIL, a quoted string, or a literal for what a quoted string cannot hold.
  static func string(_ value: String?) -> String {
    guard let value else { return "NIL" }
    if value.utf8.contains(where: { !$0.isPrintable && $0 != .tab }) {
      return "{\(value.utf8.count)}\r\n\(value)"
    }
    var quoted = "\""
    for character in value.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}

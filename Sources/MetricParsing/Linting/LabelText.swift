// What does the value of a label look like?

import ObservabilityPlatform

enum LabelText {
  // MARK: - Addresses

  /// The most @ of a value that are looked at.
  private static let mostMarks = 16

  /// What kind of address a value looks like, or has in it, with its article; nil for none.
  ///
  /// - Parameter isVersion: whether what looks like an IP address is none, or a fact of the process.
  static func address(_ value: UnsafeRawBufferPointer, isVersion: Bool) -> String? {
    guard 3...1_000 ~= value.count else { return nil }
    var marks = 0
    for at in value.indices where value[at] == UInt8(ascii: "@") {
      marks += 1
      if marks > mostMarks { break }
      guard isMail(value, at) else { continue }
      return value.first == UInt8(ascii: "<") ? "a Message-ID or an address in brackets" : "an e-mail address"
    }
    return !isVersion && isIP(value) ? "an IP address" : nil
  }

  /// Whether a label of this name has versions for values.
  static func isVersionName(_ name: [UInt8]) -> Bool {
    String(decoding: name, as: UTF8.self).lowercased().hasSuffix("version")
  }

  /// Whether a local part stands before an @ and a domain or address literal behind it, alone or in a text.
  private static func isMail(_ value: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    let before = value[..<at]
    guard let last = before.last else { return false }
    // A local part in quotes may have anything between them.
    let hasLocalPart =
      last == UInt8(ascii: "\"") ? before.dropLast().contains(UInt8(ascii: "\"")) : last.isLocalByte
    guard hasLocalPart else { return false }
    let behind = value[(at + 1)...]
    if behind.first == UInt8(ascii: "[") {
      guard let end = behind.firstIndex(of: UInt8(ascii: "]")) else { return false }
      return isIP(UnsafeRawBufferPointer(rebasing: behind[...end]))
    }
    let domain = behind.prefix {
      $0.isNameByte || $0 >= 0x80 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    // A URL with a user in it, or a place in a repository, is none.
    let rest = value[domain.endIndex...].prefix(2)
    switch rest.first {
    case UInt8(ascii: "@"), UInt8(ascii: "/"): return false
    case UInt8(ascii: ":"): return rest.last?.isDigit == true && isDomain(domain)
    // A Message-ID often has the name of a machine.
    case UInt8(ascii: ">") where before.contains(UInt8(ascii: "<")): return !domain.isEmpty
    default: return isDomain(domain)
    }
  }

  /// Names with dots between them, of which the last is one of letters: no version, and no unit of systemd.
  private static func isDomain(_ domain: Slice<UnsafeRawBufferPointer>) -> Bool {
    let names = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    // A dot may end it, or the sentence.
    let whole = names.last?.isEmpty == true ? names.dropLast() : names[...]
    guard whole.count > 1, whole.allSatisfy({ !$0.isEmpty }), let top = whole.last else { return false }
    let isName =
      top.starts(with: "xn--".utf8)
      || top.count > 1 && top.allSatisfy { $0.isUpper || $0.isLower || $0 >= 0x80 }
    return isName && !units.contains { $0.utf8.elementsEqual(top) }
      || isIP(UnsafeRawBufferPointer(rebasing: domain))
  }

  private static let units = [
    "automount", "device", "mount", "path", "scope", "service", "slice", "socket", "swap", "target", "timer",
  ]

  /// An address of IPv4 or IPv6, with or without a port or a prefix length; not that of every interface,
  /// which says where a server listens.
  private static func isIP(_ value: UnsafeRawBufferPointer) -> Bool {
    guard value.count <= 64 else { return false }
    var text = String(decoding: value, as: UTF8.self)[...]
    if let slash = text.firstIndex(of: "/") {
      guard text[slash...].dropFirst().utf8.allSatisfy(\.isDigit) else { return false }
      text = text[..<slash]
    }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[end...].dropFirst()
      guard rest.isEmpty || rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy(\.isDigit) else {
        return false
      }
      text = text[..<end].dropFirst()
      // An address literal of mail.
      if text.prefix(5).lowercased() == "ipv6:" { text = text.dropFirst(5) }
    } else if let colon = text.firstIndex(of: ":"), text[..<colon].utf8.contains(UInt8(ascii: ".")),
      text[colon...].dropFirst().utf8.allSatisfy(\.isDigit)
    {
      text = text[..<colon]
    }
    if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
    let bytes = text.utf8
    guard !text.isEmpty,
      bytes.allSatisfy({ $0.isHexadecimal || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
    else { return false }
    return withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
      guard bytes.contains(UInt8(ascii: ":")) else {
        return inet_pton(AF_INET, String(text), buffer.baseAddress) == 1 && buffer[..<4].contains { $0 != 0 }
      }
      return inet_pton(AF_INET6, String(text), buffer.baseAddress) == 1
        && isAssigned(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Whether an address of IPv6 is of a block that is in use: `dead::beef` and the `a::b` of a programming
  /// language are of none. Source: IANA, "Internet Protocol Version 6 Address Space".
  private static func isAssigned(_ address: UnsafeRawBufferPointer) -> Bool {
    switch (address[0], address[1]) {
    case (0x20...0x3F, _), (0xFC...0xFD, _), (0xFF, _), (0xFE, 0x80...0xBF): true
    case (0, 0x64): address[2] == 0xFF && address[3] == 0x9B
    case (0, 0):
      // The loopback address, and IPv4 in IPv6.
      address[..<10].allSatisfy { $0 == 0 }
        && (address[10] == 0xFF && address[11] == 0xFF
          || address[10..<15].allSatisfy { $0 == 0 } && address[15] == 1)
    default: false
    }
  }

  // MARK: - Identifiers

  /// What kind of identifier a value looks like, with its article; nil for none.
  static func identifier(_ value: UnsafeRawBufferPointer) -> String? {
    guard 16...1_000 ~= value.count else { return nil }
    if isUUID(value) { return "a UUID" }
    let digits = value.prefix(2).elementsEqual("0x".utf8) ? value.dropFirst(2) : value[...]
    return digits.count >= 16 && digits.allSatisfy(\.isHexadecimal) && digits.contains(where: \.isDigit)
      ? "a long hexadecimal number" : nil
  }

  private static func isUUID(_ value: UnsafeRawBufferPointer) -> Bool {
    let bare =
      value.first == UInt8(ascii: "{") && value.last == UInt8(ascii: "}")
      ? value.dropFirst().dropLast() : value[...]
    let digits =
      String(decoding: bare.prefix(9), as: UTF8.self).lowercased() == "urn:uuid:" ? bare.dropFirst(9) : bare
    guard digits.count == 36 else { return false }
    return digits.enumerated().allSatisfy { offset, byte in
      [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : byte.isHexadecimal
    }
  }

  // MARK: - Totals and numbers

  private static let totals = ["total", "_total", "all", "_all", "overall", "sum", "*"]

  /// Whether a value stands for all the others.
  static func isTotal(_ value: UnsafeRawBufferPointer) -> Bool {
    guard value.count <= 7 else { return false }
    return totals.contains { $0.utf8.elementsEqual(value.map { $0.isUpper ? $0 | 0x20 : $0 }) }
  }

  /// Whether a bound is written as OpenMetrics 1.0.0 has it ("Numbers"): with a point or an exponent, without
  /// a sign or zeros that say nothing; an infinity as `+Inf` or `-Inf`.
  static func isCanonicalNumber(_ value: UnsafeRawBufferPointer) -> Bool {
    if value.elementsEqual("+Inf".utf8) || value.elementsEqual("-Inf".utf8) || value.elementsEqual("NaN".utf8)
    {
      return true
    }
    let digits = value.first == UInt8(ascii: "-") ? value.dropFirst() : value[...]
    guard let first = digits.first, first.isDigit, let last = digits.last, last.isDigit else { return false }
    guard let end = digits.firstIndex(where: { !$0.isDigit }) else { return false }
    // A zero in front of another digit.
    guard first != UInt8(ascii: "0") || end == digits.startIndex + 1 else { return false }
    let mantissa = digits.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    guard mantissa.count == digits.count else { return true }
    return last != UInt8(ascii: "0") || digits.endIndex - end == 2
  }
}

extension UInt8 {
  /// Whether it may stand in a local part without quotes (RFC 5322, "dot-atom"; RFC 6532).
  fileprivate var isLocalByte: Bool {
    self > 0x20 && self != 0x7F && !"()<>[]:;@\\,\"/'".utf8.contains(self)
  }

  fileprivate var isHexadecimal: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }
}

// What does the value of a label look like?

import ObservabilityPlatform

enum LabelText {
  // MARK: - Addresses

  /// What kind of address a value looks like, with its article; nil for none.
  ///
  /// - Parameter isInfo: whether an IP address is a fact of the process, or a version that looks like one.
  static func address(_ value: UnsafeRawBufferPointer, isInfo: Bool) -> String? {
    guard 3...1_000 ~= value.count else { return nil }
    if let at = value.firstIndex(of: UInt8(ascii: "@")), isMail(value, at) {
      return value.first == UInt8(ascii: "<") ? "a Message-ID or an address in brackets" : "an e-mail address"
    }
    return !isInfo && isIP(value) ? "an IP address" : nil
  }

  /// Something, one @, and a domain or an address literal.
  private static func isMail(_ value: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    var value = UnsafeRawBufferPointer(rebasing: value[...])
    var at = at
    if value.first == UInt8(ascii: "<"), value.last == UInt8(ascii: ">") {
      value = UnsafeRawBufferPointer(rebasing: value.dropFirst().dropLast())
      at -= 1
    }
    guard at > 0, at + 1 < value.count else { return false }
    let domain = value[(at + 1)...]
    // A local part may be quoted, and of any script.
    let isDomain = domain.allSatisfy {
      $0.isNameByte || $0 >= 0x80 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: "[")
        || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ":")
    }
    return isDomain
      && value[..<at].allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "/") }
  }

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
      text = text[..<end].dropFirst()
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
    guard
      bytes.contains(where: { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: ":") })
    else { return false }
    let family = bytes.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
    return withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
      inet_pton(family, String(text), buffer.baseAddress) == 1
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
    guard bare.count == 36 else { return false }
    return bare.enumerated().allSatisfy { offset, byte in
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
  fileprivate var isHexadecimal: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }
}

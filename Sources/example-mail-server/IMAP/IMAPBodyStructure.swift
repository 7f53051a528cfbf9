// How does IMAP show the parts of a message? BODYSTRUCTURE, and the shorter BODY (RFC 3501 section 7.4.2).

import EndpointMessages

struct IMAPBodyStructure {
  let message: [UInt8]
  /// BODYSTRUCTURE: with the extension data.
  let isExtended: Bool

  func encode(_ part: MIMEPart) -> String {
    if case .multipart(let parts) = part.content { return multipart(part, parts) }
    var fields = [
      Self.string(part.type), Self.string(part.subtype), Self.parameters(part.parameters),
      Self.string(part.header["Content-ID"]), Self.string(part.header["Content-Description"]),
      Self.string(encoding(of: part)), "\(part.bodyRange.count)",
    ]
    if case .message(let inner) = part.content {
      fields += [IMAPEnvelope.encode(inner.header), encode(inner), "\(lines(in: part.bodyRange))"]
    } else if part.type == "text" {
      fields.append("\(lines(in: part.bodyRange))")
    }
    if isExtended { fields += [Self.string(part.header["Content-MD5"])] + extensions(of: part) }
    return "(\(fields.joined(separator: " ")))"
  }

  private func multipart(_ part: MIMEPart, _ parts: [MIMEPart]) -> String {
    var fields = [parts.map(encode).joined(), Self.string(part.subtype)]
    if isExtended { fields += [Self.parameters(part.parameters)] + extensions(of: part) }
    return "(\(fields.joined(separator: " ")))"
  }

  /// Disposition, language and location.
  private func extensions(of part: MIMEPart) -> [String] {
    let disposition = part.header["Content-Disposition"].flatMap { MIMEFieldValue($0) }.map {
      "(\(Self.string($0.value)) \(Self.parameters($0.parameters)))"
    }
    let languages = (part.header["Content-Language"] ?? "").split { ", \t".contains($0) }
    let language =
      languages.count > 1
      ? "(\(languages.map { Self.string(String($0)) }.joined(separator: " ")))"
      : Self.string(languages.first.map { String($0) })
    return [disposition ?? "NIL", language, Self.string(part.header["Content-Location"])]
  }

  private func encoding(of part: MIMEPart) -> String {
    let name = part.header["Content-Transfer-Encoding"].flatMap { MIMEFieldValue($0)?.value }
    return name ?? "7bit"
  }

  /// The last line counts without a line end, too: that belongs to the delimiter behind it.
  private func lines(in range: Range<Int>) -> Int {
    let ends = message[range].count { $0 == .lineFeed }
    return range.isEmpty || message[range.upperBound - 1] == .lineFeed ? ends : ends + 1
  }

  private static func parameters(_ parameters: [MIMEFieldValue.Parameter]) -> String {
    guard !parameters.isEmpty else { return "NIL" }
    return "(\(parameters.map { "\(string($0.name)) \(string($0.value))" }.joined(separator: " ")))"
  }

  private static func string(_ value: String?) -> String { IMAPEnvelope.string(value) }
}

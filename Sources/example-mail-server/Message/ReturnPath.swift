// To whom would a reply about the delivery go? Final delivery writes it down (RFC 5321 section 4.4).

import EndpointMessages

struct ReturnPath: Sendable {
  private let field: String

  /// - Parameter sender: nil for the null reverse-path.
  init(of sender: MailAddress?) {
    field = "Return-Path: <\(sender.map { "\($0)" } ?? "")>\r\n"
  }

  /// The message with this field first, and with none that somebody else wrote.
  func inserted(into message: [UInt8]) -> [UInt8] {
    var result = Array(field.utf8)
    result.reserveCapacity(result.count + message.count)
    var kept = 0
    for foreign in MessageHeader(of: message).fields
    where foreign.name.asciiLowercased == "return-path" {
      result += message[kept..<foreign.range.lowerBound]
      kept = foreign.range.upperBound
    }
    return result + message[kept...]
  }
}

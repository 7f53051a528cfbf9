// How does a sender learn that a message was not delivered? From a delivery status notification (RFC 3464).

import EndpointMessages

enum BounceMessage {
  /// A `Message-ID` that no other message has, of this process or another (RFC 5322 section 3.6.4).
  static func newIdentifier(at host: String) -> String {
    let words = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }
    return "<\(words.joined(separator: "."))@\(host)>"
  }

  static func compose(
    for original: QueuedMessage, to sender: MailAddress, failed recipients: [(MailAddress, reason: String)],
    messageID: String, hostName: String, at time: CalendarTime
  ) -> [UInt8] {
    let boundary = "=_\(original.id)_bounce"
    let header = original.content[..<MessageHeader(of: original.content).bodyStart]
    var text = """
      From: Mail Delivery System <postmaster@\(hostName)>
      To: <\(sender)>
      Subject: Undelivered mail returned to sender
      Date: \(time.internetMessageFormat)
      Message-ID: \(messageID)
      Auto-Submitted: auto-replied
      MIME-Version: 1.0
      Content-Type: multipart/report; report-type=delivery-status; boundary="\(boundary)"

      --\(boundary)
      Content-Type: text/plain; charset=us-ascii

      Your message could not be delivered to:

      """
    for (address, reason) in recipients { text += "\n<\(address)>: \(reason)" }
    text += """


      --\(boundary)
      Content-Type: message/delivery-status

      Reporting-MTA: dns; \(hostName)

      """
    for (address, reason) in recipients {
      text += "\nFinal-Recipient: rfc822; \(address)\nAction: failed\nStatus: 5.0.0"
      text += "\nDiagnostic-Code: x-local; \(reason)\n"
    }
    text += "\n--\(boundary)\nContent-Type: text/rfc822-headers\n\n"
    var message: [UInt8] = []
    for byte in text.utf8 {
      if byte == .lineFeed { message.append(.carriageReturn) }
      message.append(byte)
    }
    message.append(contentsOf: header)
    message.append(contentsOf: Array("\r\n--\(boundary)--\r\n".utf8))
    return message
  }
}

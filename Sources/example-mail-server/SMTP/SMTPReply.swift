// What does the server say? A three-digit code, an enhanced status code, text (RFC 5321 4.2, RFC 2034).

import MailObservability

struct SMTPReply: Sendable, Equatable {
  let code: Int
  let enhancedCode: String?
  let lines: [String]
  /// Set when this reply refuses a message or a recipient, so that the shell can count it where it is sent.
  let rejection: SMTPMessageRejection?

  init(_ code: Int, _ enhancedCode: String? = nil, _ text: String, rejecting: SMTPMessageRejection? = nil) {
    self.init(code, enhancedCode, lines: [text], rejecting: rejecting)
  }

  init(_ code: Int, _ enhancedCode: String? = nil, lines: [String], rejecting: SMTPMessageRejection? = nil) {
    self.code = code
    self.enhancedCode = enhancedCode
    self.lines = lines
    self.rejection = rejecting
  }

  /// 3xx asks for more input: the command it belongs to is not over yet.
  var isIntermediate: Bool { code >= 300 && code < 400 }

  /// The client broke the protocol: syntax, sequence, or parameters (RFC 5321 section 4.2.2 and 4.1.1.11).
  var isProtocolError: Bool { (500...504).contains(code) || code == 555 }

  var encoded: [UInt8] {
    var output = ""
    for (index, line) in lines.enumerated() {
      output += "\(code)\(index + 1 < lines.count ? "-" : " ")"
      if let enhancedCode { output += "\(enhancedCode) " }
      output += line
      output += "\r\n"
    }
    return Array(output.utf8)
  }
}

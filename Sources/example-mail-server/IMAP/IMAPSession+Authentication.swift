// How does an IMAP client log in? LOGIN, and AUTHENTICATE PLAIN (RFC 3501 section 6.2, RFC 4959).

import MailObservability

extension IMAPSession {
  mutating func beginPlain(_ mechanism: String, _ initialResponse: [UInt8]?) {
    guard user == nil else { return complete(.bad, "Already logged in") }
    guard mechanism == "PLAIN" else { return complete(.no, "[CANNOT] Only PLAIN is supported") }
    if let initialResponse {
      continuePlain(with: initialResponse == [UInt8(ascii: "=")] ? [] : initialResponse)
    } else {
      pending.append(.send(Array("+ \r\n".utf8)))
      phase = .authenticating(tag: tag)
    }
  }

  mutating func continuePlain(with response: [UInt8]) {
    guard response != [UInt8(ascii: "*")] else { return complete(.bad, "Authentication cancelled") }
    guard let decoded = Base64.decode(response), let credentials = PasswordCredentials(plain: decoded) else {
      return complete(.bad, "Not a PLAIN response")
    }
    authenticate(credentials)
  }

  mutating func authenticate(_ credentials: PasswordCredentials) {
    questionedCredentials = credentials
    phase = .deciding
    pending.append(.authenticate(credentials))
  }

  /// `account` is the name under which the store knows the user.
  mutating func decideAuthentication(_ decision: AuthenticationResult, account: String) {
    guard case .deciding = phase, questionedCredentials != nil else { return }
    questionedCredentials = nil
    switch decision {
    case .success:
      user = account
      complete(.ok, "[CAPABILITY \(Self.capabilities)] Logged in")
    case .failure: complete(.no, "[AUTHENTICATIONFAILED] Wrong user name or password")
    case .rateLimited: complete(.no, "[LIMIT] Too many failures in this session")
    case .error: complete(.no, "[UNAVAILABLE] Authentication is not available now")
    }
  }
}

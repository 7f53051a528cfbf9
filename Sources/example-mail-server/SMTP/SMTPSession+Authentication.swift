// How does a client prove who it is? AUTH PLAIN (RFC 4616) and AUTH LOGIN, one line at a time (RFC 4954).

import MailObservability

enum AuthenticationExchange: Sendable, Equatable {
  case plain
  case loginName
  case loginPassword(name: String)
}

extension SMTPSession {
  mutating func beginAuthentication(_ mechanism: String, _ initialResponse: [UInt8]?) {
    guard greetedWith == .ehlo || greetedWith == .lhlo else { return reply(503, "5.5.1", "EHLO first") }
    guard user == nil else { return reply(503, "5.5.1", "Already authenticated") }
    guard transaction == nil else { return reply(503, "5.5.1", "Not in a mail transaction") }
    let exchange: AuthenticationExchange
    switch mechanism {
    case "PLAIN": exchange = .plain
    case "LOGIN": exchange = .loginName
    default: return reply(504, "5.5.4", "Mechanism not supported")
    }
    phase = .authenticating(exchange)
    if let initialResponse {
      // RFC 4954 section 4: `=` stands for an empty initial response.
      continueAuthentication(exchange, with: initialResponse == [UInt8(ascii: "=")] ? [] : initialResponse)
    } else {
      challenge(exchange)
    }
  }

  mutating func advanceAuthentication(_ exchange: AuthenticationExchange) -> Bool {
    switch input.takeLine(limit: configuration.longestAuthenticationLine) {
    case nil:
      return false
    case .complete(let line):
      continueAuthentication(exchange, with: line)
    case .bareLineFeed:
      abandonAuthentication(SMTPReply(500, "5.5.2", "A line must end with CRLF"))
    case .tooLong:
      abandonAuthentication(SMTPReply(500, "5.5.6", "Authentication line too long"))
    }
    return true
  }

  private mutating func continueAuthentication(_ exchange: AuthenticationExchange, with line: [UInt8]) {
    if line == [UInt8(ascii: "*")] {
      return abandonAuthentication(SMTPReply(501, "5.7.0", "Authentication cancelled"))
    }
    guard let response = Base64.decode(line) else {
      return abandonAuthentication(SMTPReply(501, "5.5.2", "Not base64"))
    }
    switch exchange {
    case .plain:
      guard let credentials = PasswordCredentials(plain: response) else {
        return abandonAuthentication(SMTPReply(501, "5.5.2", "Not a PLAIN response"))
      }
      ask(credentials)
    case .loginName:
      let next = AuthenticationExchange.loginPassword(name: response.text)
      phase = .authenticating(next)
      challenge(next)
    case .loginPassword(let name):
      ask(PasswordCredentials(mechanism: .login, user: name, password: response.text))
    }
  }

  private mutating func challenge(_ exchange: AuthenticationExchange) {
    switch exchange {
    case .plain: reply(334, nil, "")
    case .loginName: reply(334, nil, Base64.encode("Username:".utf8))
    case .loginPassword: reply(334, nil, Base64.encode("Password:".utf8))
    }
  }

  private mutating func abandonAuthentication(_ answer: SMTPReply) {
    phase = .command
    reply(answer)
  }

  private mutating func ask(_ credentials: PasswordCredentials) {
    questionedCredentials = credentials
    phase = .deciding
    pending.append(.authenticate(credentials))
  }

  mutating func decideAuthentication(_ decision: AuthenticationResult) {
    guard case .deciding = phase, let credentials = questionedCredentials else { return }
    questionedCredentials = nil
    phase = .command
    switch decision {
    case .success:
      user = credentials.user
      reply(235, "2.7.0", "Authenticated")
    case .failure: reply(535, "5.7.8", "Wrong user name or password")
    case .rateLimited: reply(454, "4.7.0", "Too many failures in this session")
    case .error: reply(454, "4.7.0", "Authentication is not available now")
    }
  }
}

extension PasswordCredentials {
  /// `authorisation NUL user NUL password` (RFC 4616). Acting for another user is not offered.
  init?(plain response: [UInt8]) {
    let parts = response.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[1].isEmpty, parts[0].isEmpty || parts[0] == parts[1] else { return nil }
    self.init(mechanism: .plain, user: parts[1].text, password: parts[2].text)
  }
}

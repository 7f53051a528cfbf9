// How is an IMAP session tested without a socket? Octets in, a real mailbox table behind it, octets out.

import MailObservability

@testable import example_mail_server

struct IMAPDialogue {
  var session: IMAPSession
  var table = MailboxTable(accounts: ["alice"], generation: .first, maximumBytes: 100_000)
  private(set) var output: [UInt8] = []
  private(set) var results: [IMAPResult] = []
  private(set) var verbs: [IMAPCommand] = []
  private(set) var isClosed = false
  private(set) var foreign: [WrongProtocol] = []
  var isStoreBroken = false

  init(configuration: IMAPSession.Configuration = .init(), loggedIn: Bool = true) {
    session = IMAPSession(configuration: configuration)
    run()
    if loggedIn { send("a0 LOGIN alice secret\r\n") }
    output = []
    results = []
    verbs = []
  }

  /// Gives the session octets, in pieces of `piece`, and returns the text they caused.
  @discardableResult
  mutating func send(_ text: String, piece: Int = .max) -> String {
    send(Array(text.utf8), piece: piece)
  }

  @discardableResult
  mutating func send(_ bytes: [UInt8], piece: Int = .max) -> String {
    output = []
    var rest = bytes[...]
    while !rest.isEmpty {
      session.receive(rest.prefix(piece))
      rest = rest.dropFirst(piece)
      run()
    }
    return output.text
  }

  mutating func run() {
    while true {
      switch session.next() {
      case .needsInput: return
      case .began(let verb): verbs.append(verb)
      case .send(let bytes): output += bytes
      case .completed(let result, let bytes):
        results.append(result)
        output += bytes
      case .authenticate(let credentials):
        let isRight = credentials.user == "alice" && credentials.password == "secret"
        session.decideAuthentication(isRight ? .success : .failure, account: "alice")
      case .access(let request, let user):
        session.decideAccess(
          isStoreBroken ? .failure(.unavailable) : table.answer(request, user: user, at: .init(seconds: 0)))
      case .idling: break
      case .wrongProtocol(let other): foreign.append(other)
      case .close:
        isClosed = true
        return
      }
    }
  }

  mutating func deliver(_ message: String, flags: Set<String> = []) {
    _ = try? table.append(
      Array(message.utf8), to: "INBOX", of: "alice", flags: flags, at: .init(seconds: 86_400))
  }
}

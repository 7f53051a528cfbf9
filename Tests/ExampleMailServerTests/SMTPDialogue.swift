// How is a session tested without a socket? Octets in, answers to its questions from a fixed policy, replies out.

import MailObservability

@testable import example_mail_server

struct SMTPDialogue {
  var session: SMTPSession
  private(set) var replies: [SMTPReply] = []
  private(set) var verbs: [SMTPCommand] = []
  private(set) var submissions: [SMTPSubmission] = []
  private(set) var foreign: [WrongProtocol] = []
  private(set) var isClosed = false
  var verdict = SubmissionDecision.queued(id: "1")

  init(configuration: SMTPSession.Configuration = .init()) {
    session = SMTPSession(configuration: configuration)
    run()
    replies = []
  }

  /// Gives the session octets, in pieces of `piece`, and returns the codes of the replies they caused.
  @discardableResult
  mutating func send(_ bytes: [UInt8], piece: Int = .max) -> [Int] {
    let before = replies.count
    var rest = bytes[...]
    while !rest.isEmpty {
      session.receive(rest.prefix(piece))
      rest = rest.dropFirst(piece)
      run()
    }
    return replies[before...].map(\.code)
  }

  @discardableResult
  mutating func send(_ text: String, piece: Int = .max) -> [Int] { send(Array(text.utf8), piece: piece) }

  mutating func run() {
    while true {
      switch session.next() {
      case .needsInput: return
      case .began(let verb): verbs.append(verb)
      case .reply(let reply): replies.append(reply)
      case .wrongProtocol(let other): foreign.append(other)
      case .refused: break
      case .authenticate(let credentials):
        session.decideAuthentication(
          credentials.user == "alice" && credentials.password == "secret" ? .success : .failure)
      case .resolve(let address):
        session.decideRecipient(
          address.domain == "elsewhere.invalid"
            ? .relayDenied : address.localPart == "nobody" ? .unknown : .accepted)
      case .accept(let submission):
        submissions.append(submission)
        session.decideSubmission(verdict)
      case .close:
        isClosed = true
        return
      }
    }
  }
}

// What is a trace told of an IMAP command, and of the message that it may bring?

import MailObservability

/// The span of one command, from its last octet to its tagged response. A command is a trace of its own: what a client
/// does in hours belongs together no more than its connection says.
struct IMAPCommandSpan: Sendable {
  enum Outcome: Equatable {
    case completed(IMAPResult)
    case disconnect, timeout, shutdown

    var name: String {
      if case .completed(let result) = self { result.rawValue } else { "\(self)" }
    }

    /// A client may leave while it idles, and phones do: that is no error.
    func isError(of command: IMAPCommand) -> Bool {
      if case .completed(let result) = self { result != .ok } else { command != .idle }
    }
  }

  private let span: TraceSpan
  private let command: IMAPCommand
  private let session: String
  private let tracing: MailTracing

  init(_ command: IMAPCommand, mailbox: String?, user: String?, session: String, _ tracing: MailTracing) {
    self.command = command
    self.session = session
    self.tracing = tracing
    span = tracing.startSpan(.imap(command, mailbox: mailbox, user: user), parent: .none)
    span["imap.session.id"] = session
  }

  /// Runs `body` with the span as the current one, so that observations in it lead here.
  func run<Result>(_ body: () -> Result) -> Result {
    guard span.context != nil else { return body() }
    return TraceSpan.withCurrent(span, body)
  }

  /// Asks the store. A message that APPEND brings has a trace of its own, as one that comes by SMTP has.
  func answering(_ request: StoreRequest, _ body: () -> StoreAnswer) -> StoreAnswer {
    guard case .append(_, let content, _, _) = request, let context = span.context else { return run(body) }
    return tracing.withSpan(.transaction(.imap, session: session), links: [.init(to: context)]) { message in
      message["mail.size"] = content.count
      let answer = body()
      if case .failure(let error) = answer {
        message["error.type"] = "\(error)"
        message.status = .error("")
      }
      return answer
    }
  }

  func end(_ outcome: Outcome) {
    span["imap.outcome"] = outcome.name
    if outcome.isError(of: command) {
      span["error.type"] = outcome.name
      span.status = .error("")
    }
    span.end()
  }
}

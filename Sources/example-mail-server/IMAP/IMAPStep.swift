// What does an IMAP session want of its owner? One step at a time.

import MailObservability

enum IMAPStep: Sendable {
  case needsInput
  /// A command was read; it ends with `completed`.
  case began(IMAPCommand)
  /// Untagged responses and continuation requests.
  case send([UInt8])
  case completed(IMAPResult, [UInt8])
  case authenticate(PasswordCredentials)
  case access(StoreRequest, user: String)
  /// The client waits for news (IDLE), or has stopped waiting.
  case idling(Bool)
  case wrongProtocol(WrongProtocol)
  case close
}

// Why has a request got no answer?

/// What a server sent that is no answer as HTTP/1.1 has it.
package enum AnswerFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first line is no status line.
  case malformedStatusLine
  /// A version other than 1.x.
  case unsupportedVersion
  /// A status outside of 100 to 599.
  case invalidStatus
  /// 101, which nobody has asked for.
  case unaskedUpgrade
  /// An interim answer (1xx) that announces a body.
  case interimWithBody
  /// More interim answers than the limit allows.
  case tooManyInterim
  /// What is judged as in a request: fields, their number and size, lengths, codings, chunks.
  case framing(HTTPRejectReason)

  package var description: String {
    switch self {
    case .malformedStatusLine: "malformed_status_line"
    case .unsupportedVersion: "unsupported_version"
    case .invalidStatus: "invalid_status"
    case .unaskedUpgrade: "unasked_upgrade"
    case .interimWithBody: "interim_with_body"
    case .tooManyInterim: "too_many_interim"
    case .framing(let reason): reason.rawValue
    }
  }
}

/// Why a request has got no answer. The texts name the address and the reason, never a field or a body.
package enum ClientError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Phase: String, Sendable, Hashable { case resolving, connecting, writing, answering }

  /// The request cannot be sent as it is; nothing was.
  case invalidRequest(String)
  /// The host's name has no address, as far as the resolver says.
  case unresolvable(String)
  /// No address took the connection: it was refused, there is no way there, or the system gave no socket.
  case refused(String)
  /// The deadline of a phase, or of the request, has passed in that phase.
  case timedOut(Phase)
  /// The connection ended before a byte of an answer came. The server may have acted on the request all the same.
  case brokenBeforeAnswer(String)
  /// The connection ended in the middle of an answer.
  case brokenInAnswer(String)
  case malformedAnswer(AnswerFault)
  /// Another request is waiting for its answer.
  case busy
  /// The client was closed.
  case closed
  /// The task was cancelled.
  case cancelled

  package var description: String {
    switch self {
    case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
    case .unresolvable(let reason), .refused(let reason): reason
    case .timedOut(let phase): "the deadline has passed while \(phase.rawValue)"
    case .brokenBeforeAnswer(let reason): "the connection ended before an answer: \(reason)"
    case .brokenInAnswer(let reason): "the connection ended in the middle of the answer: \(reason)"
    case .malformedAnswer(let fault): "the answer is not HTTP/1.1: \(fault)"
    case .busy: "another request is waiting for its answer"
    case .closed: "the client is closed"
    case .cancelled: "the task was cancelled"
    }
  }
}

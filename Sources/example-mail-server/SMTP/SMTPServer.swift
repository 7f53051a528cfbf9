// How does an SMTP session meet the network and the metrics? Octets are moved, questions are answered, and
// what happens is recorded here, where it happens.

import MailObservability
import ObservabilitySockets

struct SMTPServer: Sendable {
  let configuration: SMTPSession.Configuration
  let timeout: Duration
  let directory: Directory
  let authenticator: Authenticator
  let intake: MessageIntake
  let metrics: MetricsCollector

  /// One session, from the greeting to the end of the connection.
  func serve(_ connection: Connection, _ control: SessionControl) async {
    metrics.smtp.connections.increment()
    metrics.tls.sessions[.no].increment()
    let openConnection = metrics.connections.open(.smtp)
    defer { openConnection.end() }
    let sessionTimer = metrics.startSMTPSessionTimer()
    defer { sessionTimer.observe() }

    let io = SessionIO(connection: connection, mailProtocol: .smtp, timeout: timeout, metrics: metrics)
    var session = SMTPSession(
      configuration: configuration, clientAddress: connection.peer.flatMap(Self.literal(of:)))
    var output: [UInt8] = []
    var deadline = CommandDeadline(timeout: timeout)
    var commandTimer: Histogram.Timer?
    var authenticationFailures = 0
    var trace = TransactionTrace(
      metrics.tracing, session: control.id, peer: connection.peer?.endpointPeer ?? .unknown)
    // Whatever way out is taken: a span that is not ended is never seen.
    defer { trace.end(.disconnect) }
    while true {
      switch session.next() {
      case .began(let command):
        trace.began(command)
        metrics.smtp.commands[command].increment()
        commandTimer = metrics.smtp.commandDuration[command].startTimer()

      case .reply(let reply):
        metrics.smtp.replies["\(reply.code)"].increment()
        if let reason = reply.rejection { metrics.smtp.messagesRejected[reason].increment() }
        if reply.isProtocolError { metrics.smtp.errors.increment() }
        trace.replied(reply, isOver: session.transaction == nil)
        if !reply.isIntermediate {
          trace.measuring { commandTimer?.observe() }
          commandTimer = nil
        }
        output += reply.encoded

      case .authenticate(let credentials):
        let (result, _) = authenticator.authenticate(
          user: credentials.user, password: credentials.password, mechanism: credentials.mechanism,
          over: .smtp,
          failures: &authenticationFailures)
        session.decideAuthentication(result)

      case .resolve(let recipient):
        session.decideRecipient(decide(recipient, isAuthenticated: session.user != nil))

      case .accept(let submission):
        let decision = await trace.submitting(submission) { await intake.accept(submission, trace: $0) }
        if case .queued(let id) = decision { trace.queued(as: id) }
        session.decideSubmission(decision)

      case .refused(let beginning):
        trace.found(beginning)

      case .wrongProtocol(let other):
        metrics.smtp.wrongProtocol[other].increment()
        metrics.smtp.errors.increment()

      case .needsInput:
        trace.settle()
        control.setIdle(session.mayEnd)
        if control.isDraining, session.mayEnd {
          trace.interrupted(.shutdown)
          session.serverShutsDown()
          continue
        }
        if !session.isInCommand { deadline.restart() }
        let arrival = await io.send(&output) ? await io.receive(by: deadline) : .clientLeft
        if case .bytes = arrival {} else { trace.found(session.transaction?.content?.beginning ?? []) }
        switch arrival {
        case .bytes(let bytes):
          // They may hold a whole transaction, which takes the time of the disk.
          control.setIdle(false)
          deadline.received(octets: bytes.count)
          session.receive(bytes)
        case .shutdown:
          trace.interrupted(.shutdown)
          session.serverShutsDown()
        case .timedOut:
          metrics.smtp.errors.increment()
          trace.interrupted(.timeout)
          session.timedOut()
        case .clientLeft:
          // Monitors and load balancers leave without QUIT: an error is what was begun and not ended.
          if session.isInterrupted { metrics.smtp.errors.increment() }
          return
        }

      case .close:
        trace.closed()
        if await io.send(&output) { await io.finish() }
        return
      }
    }
  }

  /// The address as mail writes it (RFC 5321 section 4.1.3); nil for one that is not of the internet.
  private static func literal(of address: SocketAddress) -> String? {
    switch address {
    case .v4: "[\(address.host)]"
    case .v6: "[IPv6:\(address.host.prefix { $0 != "%" })]"
    case .unix: nil
    }
  }

  private func decide(_ recipient: MailAddress, isAuthenticated: Bool) -> RecipientDecision {
    let (route, alias) = directory.resolve(recipient)
    if let alias { metrics.policy.aliasHooks[.exists, alias].increment() }
    switch route {
    case .local: return .accepted
    case .unknown: return .unknown
    case .remote: return isAuthenticated ? .accepted : .relayDenied
    }
  }

  /// What a client hears when there are too many of them.
  func refuse(_ connection: Connection) async {
    metrics.smtp.connectionsRejected[.overload].increment()
    let reply = SMTPReply(421, "4.3.2", "\(configuration.hostName) Too many connections, try later")
    metrics.smtp.replies["421"].increment()
    try? await connection.write(reply.encoded, deadline: .now + .seconds(5))
  }
}

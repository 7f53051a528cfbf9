// How does an IMAP session meet the network, the store and the metrics?

import MailObservability
import ObservabilitySockets

struct IMAPServer: Sendable {
  let configuration: IMAPSession.Configuration
  let timeout: Duration
  let loop: EventLoop
  let authenticator: Authenticator
  let store: MailStore
  let metrics: MetricsCollector

  /// One session, from the greeting to the end of the connection.
  func serve(_ connection: Connection, _ control: SessionControl) async {
    metrics.imap.connections.increment()
    metrics.tls.sessions[.no].increment()
    let openConnection = metrics.connections.open(.imap)
    defer { openConnection.end() }
    let sessionTimer = metrics.imap.sessionDuration.startTimer()
    defer { sessionTimer.observe() }

    let io = SessionIO(connection: connection, mailProtocol: .imap, timeout: timeout, metrics: metrics)
    await IMAPConversation(self, io: io, control: control).run()
  }

  /// What a client hears when there are too many of them.
  func refuse(_ connection: Connection) async {
    metrics.imap.errors.increment()
    let line = "* BYE Too many connections, try later\r\n"
    try? await connection.write(Array(line.utf8), deadline: .now + .seconds(5))
  }
}

private struct BegunCommand {
  let timer: Histogram.Timer
  let span: IMAPCommandSpan
}

/// A session and its connection. An actor, because news from the store reaches an idling client while its
/// own task waits for input; it runs on the event loop, like everything else of a connection.
private actor IMAPConversation {
  nonisolated var unownedExecutor: UnownedSerialExecutor { server.loop.asUnownedSerialExecutor() }

  private let server: IMAPServer
  private let io: SessionIO
  private let control: SessionControl
  /// What tells this session from others in traces.
  private let number: String
  private var session: IMAPSession
  private var output: [UInt8] = []
  private var isSending = false
  private var command: BegunCommand?
  /// Why a command that has begun would not be answered now.
  private var ending = IMAPCommandSpan.Outcome.disconnect
  private var authenticationFailures = 0
  private var idling: (count: GaugeGuard, watch: StoreWatch)?

  private var metrics: MetricsCollector { server.metrics }

  init(_ server: IMAPServer, io: SessionIO, control: SessionControl) {
    self.server = server
    self.io = io
    self.control = control
    number = "\(control.id)"
    session = IMAPSession(configuration: server.configuration)
  }

  func run() async {
    defer {
      idling?.count.end()
      command?.span.end(ending)
    }
    var deadline = CommandDeadline(timeout: server.timeout)
    while true {
      performSteps()
      if session.isClosed {
        if await send() { await io.finish() }
        return
      }
      control.setIdle(session.mayEnd)
      if control.isDraining, session.mayEnd {
        ending = .shutdown
        session.serverShutsDown()
        continue
      }
      if !session.isInCommand { deadline.restart() }
      switch await send() ? await io.receive(by: deadline) : .clientLeft {
      case .bytes(let bytes):
        deadline.received(octets: bytes.count)
        session.receive(bytes)
      case .shutdown:
        ending = .shutdown
        session.serverShutsDown()
      case .timedOut:
        metrics.imap.errors.increment()
        ending = .timeout
        session.timedOut()
      case .clientLeft:
        // Phones leave without LOGOUT: an error is what was begun and not ended.
        if session.isInCommand { metrics.imap.errors.increment() }
        return
      }
    }
  }

  /// Takes the session's steps until it needs input or has ended.
  private func performSteps() {
    while true {
      switch session.next() {
      case .needsInput, .close:
        return

      case .began(let name):
        metrics.imap.commands.increment()
        // What waits for a line of the client's, and gets one without end, has no answer of its own.
        command?.span.end(.completed(.bad))
        command = BegunCommand(
          timer: metrics.imap.commandDuration[name].startTimer(),
          span: IMAPCommandSpan(
            name, mailbox: session.commandMailbox, user: session.user, session: number, metrics.tracing))

      case .send(let bytes):
        output += bytes

      case .completed(let result, let bytes):
        metrics.imap.responses[result].increment()
        if result == .bad { metrics.imap.errors.increment() }
        command?.span.run { _ = command?.timer.observe() }
        command?.span.end(.completed(result))
        command = nil
        output += bytes

      case .authenticate(let credentials):
        let (result, account) = server.authenticator.authenticate(
          user: credentials.user, password: credentials.password, mechanism: credentials.mechanism,
          over: .imap,
          failures: &authenticationFailures)
        session.decideAuthentication(result, account: account?.name ?? "")

      case .access(let request, let user):
        session.decideAccess(answer(request, for: user))

      case .idling(let isIdling):
        setIdling(isIdling)

      case .wrongProtocol:
        metrics.imap.errors.increment()
      }
    }
  }

  private func answer(_ request: StoreRequest, for user: String) -> StoreAnswer {
    guard let span = command?.span else { return server.store.answer(request, user: user) }
    return span.answering(request) { server.store.answer(request, user: user) }
  }

  private func setIdling(_ isIdling: Bool) {
    idling?.count.end()
    idling = nil
    guard isIdling, let user = session.user else { return }
    let watch = server.store.watch(user) { [weak self, loop = server.loop] in
      Task(executorPreference: loop) { await self?.mailboxChanged() }
    }
    idling = (metrics.imap.idleConnections.track(), watch)
  }

  /// Tells an idling client the news. This is how IMAP pushes, and counted as such.
  private func mailboxChanged() async {
    guard idling != nil, let user = session.user, let mailbox = session.selection?.mailbox,
      case .mailboxes(let found, _) = server.store.answer(.mailbox(mailbox), user: user),
      let first = found.first
    else { return }
    session.mailboxChanged(first)
    performSteps()
    guard !output.isEmpty else { return }
    if await send() {
      metrics.push.deliveries.increment()
    } else {
      metrics.push.deliveryFailures.increment()
    }
  }

  /// Sends what there is. Two tasks may come here; the one that is sending takes along what the other added.
  private func send() async -> Bool {
    guard !isSending else { return true }
    isSending = true
    defer { isSending = false }
    while !output.isEmpty {
      var bytes = output
      output = []
      guard await io.send(&bytes) else { return false }
    }
    return true
  }
}

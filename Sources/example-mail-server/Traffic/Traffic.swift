// Who uses the server when nobody does? Clients of its own, over real sockets, on a thread of their own.

import ObservabilityPlatform
import ObservabilitySockets

final class Traffic: Sendable {
  struct Target: Sendable {
    var smtp: SocketAddress?
    var imap: SocketAddress?
    var jmap: SocketAddress?
    let account: Account
  }

  /// A slow server is not given more and more to do.
  static let maximumAtOnce = 100

  private struct State {
    var mix = TrafficMix(seed: 1)
    var underWay = 0
    var steps = 0
    var isStopped = false
  }

  private let loop: EventLoop
  private let target: Target
  private let rate: Double
  private let state = Locked(State())

  /// - Parameter rate: messages a second; reads come in proportion.
  init(rate: Double, target: Target) throws {
    loop = try EventLoop(name: "traffic")
    self.rate = rate
    self.target = target
  }

  func start() {
    step(startedAt: .now)
    if target.imap != nil { Task(executorPreference: loop) { await self.idle() } }
  }

  func stop() {
    state.withLock { $0.isStopped = true }
  }

  /// Starts what is due, and comes back for the next message.
  private func step(startedAt start: ContinuousClock.Instant) {
    let (acts, due, isStopped) = state.withLock { state -> ([TrafficAct], ContinuousClock.Instant, Bool) in
      state.steps += 1
      let acts = state.underWay < Self.maximumAtOnce ? state.mix.untilNextMessage() : []
      state.underWay += acts.count
      return (acts, start + .seconds(Double(state.steps) / rate), state.isStopped)
    }
    guard !isStopped else { return }
    for act in acts {
      Task(executorPreference: loop) {
        // A client that fails is part of the picture: the server's metrics tell about it.
        try? await self.perform(act)
        self.state.withLock { $0.underWay -= 1 }
      }
    }
    loop.schedule(after: ContinuousClock.now.duration(to: due)) { [weak self] in self?.step(startedAt: start)
    }
  }

  private func perform(_ act: TrafficAct) async throws {
    switch act {
    case .imapRead, .imapWrongPassword:
      guard let address = target.imap else { return }
      try await readByIMAP(address, password: act == .imapRead ? target.account.password : "wrong")
    case .jmapRead, .jmapUnknownMethod:
      guard let address = target.jmap else { return }
      try await readByJMAP(address, method: act == .jmapRead ? "Email/query" : "Email/dream")
    default:
      guard let address = target.smtp else { return }
      try await send(act, to: address)
    }
  }

  private func send(_ act: TrafficAct, to address: SocketAddress) async throws {
    var client = try await SMTPClient.connect(to: address, on: loop, deadline: .now + .seconds(30))
    defer { client.close() }
    let name = target.account.name
    var body = "Subject: traffic\r\nFrom: traffic@example.net\r\nTo: \(name)@example.com\r\n\r\nHello.\r\n"
    var sender = "traffic@example.net"
    var recipient = "\(name)@example.com"
    switch act {
    case .largeMail: body += String(repeating: "All work and no play.\r\n", count: 5000)
    case .unknownRecipient: recipient = "nobody-here@example.com"
    case .relayAttempt: recipient = "someone@elsewhere.invalid"
    case .spam: body += "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
    case .badCommand: _ = try await client.command("PLEASE")
    case .remoteMail, .wrongPassword:
      // A user's own mail: its bounce comes back to the inbox.
      if act == .remoteMail { (sender, recipient) = (recipient, "someone@elsewhere.invalid") }
      let password = act == .remoteMail ? target.account.password : "wrong"
      _ = try await client.command("EHLO traffic.example")
      _ = try await client.command("AUTH PLAIN \(Base64.encode("\0\(name)\0\(password)".utf8))")
    case .abandonedSession:
      _ = try await client.command("EHLO traffic.example")
      return
    default: break
    }
    guard let to = MailAddress(recipient) else { return }
    let message = QueuedMessage(
      id: "traffic", sender: MailAddress(sender), recipients: [to], content: Array(body.utf8))
    _ = try await client.send(message, to: to, as: "traffic.example")
  }

  /// Reads the newest message, and clears up when there are many.
  private func readByIMAP(_ address: SocketAddress, password: String) async throws {
    var client = try await IMAPClient.connect(to: address, on: loop, deadline: .now + .seconds(30))
    defer { client.close() }
    if try await client.command("LOGIN \(target.account.name) \(password)").isOK {
      let selected = try await client.command("SELECT INBOX")
      if let count = selected.count(of: "EXISTS"), count > 0 {
        _ = try await client.command("FETCH \(count) (FLAGS ENVELOPE BODY[TEXT]<0.1000>)")
        _ = try await client.command("SEARCH UNSEEN")
        if count > 200 {
          _ = try await client.command("STORE 1:\(count - 100) +FLAGS.SILENT (\\Deleted)")
          _ = try await client.command("EXPUNGE")
        }
      }
    }
    _ = try await client.command("LOGOUT")
  }

  private func readByJMAP(_ address: SocketAddress, method: String) async throws {
    let account = JMAPMethods.accountID(of: target.account.name)
    let reference: JSON = .object(["resultOf": "0", "name": .string(method), "path": "/ids"])
    let body: JSON = .object([
      "using": .array(JMAPRequest.capabilities.map(JSON.string)),
      "methodCalls": [
        [.string(method), .object(["accountId": .string(account), "limit": 5]), "0"],
        ["Email/get", .object(["accountId": .string(account), "#ids": reference]), "1"],
      ],
    ])
    let credentials = Base64.encode("\(target.account.name):\(target.account.password)".utf8)
    let head =
      "POST \(JMAPServer.apiPath) HTTP/1.1\r\nHost: \(address)\r\nAuthorization: Basic \(credentials)\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(body.encoded.count)\r\nConnection: close\r\n\r\n"
    let connection = try await Connection.connect(to: address, on: loop, deadline: .now + .seconds(30))
    defer { connection.close() }
    try await connection.write(Array(head.utf8) + body.encoded, deadline: .now + .seconds(30))
    while try await !connection.read(upTo: 65_536, deadline: .now + .seconds(30)).isEmpty {}
  }

  /// One client that waits for news, and begins again when it is sent away.
  private func idle() async {
    while !state.withLock({ $0.isStopped }) {
      if let address = target.imap { try? await idleOnce(address) }
      await loop.sleep(for: .seconds(1))
    }
  }

  private func idleOnce(_ address: SocketAddress) async throws {
    var client = try await IMAPClient.connect(to: address, on: loop, deadline: .now + .seconds(60))
    defer { client.close() }
    guard try await client.command("LOGIN \(target.account.name) \(target.account.password)").isOK,
      try await client.command("SELECT INBOX").isOK
    else { return }
    try await client.idle(for: .seconds(30))
    _ = try await client.command("LOGOUT")
  }
}

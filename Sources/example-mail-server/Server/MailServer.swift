// How does it all fit together? One store, one queue, one collector of metrics, and a listener per protocol.

import ObservabilityHTTP
import ObservabilityPlatform
import MailObservability
import ObservabilitySockets

/// The whole server: built from its options, started once, stopped once.
final class MailServer: Sendable {
  static let hostName = "mail.example.com"

  private let options: Options
  let metrics: MetricsCollector
  let faults = Faults()
  /// All mail sessions run on this thread. The metrics have one of their own, so that probes are answered
  /// whatever happens here.
  private let loop: EventLoop
  let store: MailStore
  let queue: DeliveryQueue
  private let authenticator: Authenticator
  private let intake: MessageIntake
  /// Sessions at once, of each protocol.
  private let connectionLimit: Int
  private let running = Locked(Running())

  private struct Running {
    var sessions: [SessionServer] = []
    var jmap: HTTPServer?
    var observability: ObservabilityServer?
    var clock: LoopTimer?
    var traffic: Traffic?
    var addresses: [String: SocketAddress] = [:]
  }

  private static let log: @Sendable (LogMessage) -> Void = {
    Terminal.complain("\($0.level.rawValue): \($0.text)")
  }

  init(options: Options, loop: EventLoop) throws {
    self.options = options
    self.loop = loop
    connectionLimit = ConnectionLimit.sessions(
      wanted: options.maximumConnections,
      protocols: [options.smtp, options.imap, options.jmap].count { $0 != nil },
      descriptors: ConnectionLimit.raisedDescriptorLimit())
    metrics = try MetricsCollector(version: "1.0.0")
    var tracing = options.tracing
    tracing.log = Self.log
    try metrics.startTracing(tracing)
    store = MailStore(accounts: options.accounts, faults: faults, metrics: metrics)
    let directory = options.directory
    authenticator = Authenticator(directory: directory, faults: faults, metrics: metrics)
    let delivery = Delivery(
      directory: directory, store: store, loop: loop, hostName: Self.hostName,
      smarthost: try options.relay.map { try SocketAddress.parse($0) }, faults: faults, metrics: metrics)
    queue = DeliveryQueue(
      loop: loop, lifetime: options.queueLifetime, delivery: delivery, hostName: Self.hostName,
      faults: faults, metrics: metrics,
      directory: try options.queueDirectory.map {
        try QueueDirectory(path: $0, complain: { Terminal.complain("example-mail-server: \($0)") })
      })
    intake = MessageIntake(
      hostName: Self.hostName, queue: queue, metrics: metrics, lastID: queue.restore())
  }

  /// Opens every listener and says where it is.
  func start() async throws {
    try addHealthChecks()
    try addPages()
    if let path = options.faultsFile {
      faults.watch(
        path,
        onMaintenance: { [health = metrics.health] in
          health.setMaintenance($0 ? "the faults file says maintenance" : nil)
        },
        onUnknownWords: { words in
          Terminal.complain(
            "\(path) has \(words.joined(separator: ", ")), known are "
              + Fault.allCases.map(\.name).joined(separator: " "))
        })
    }
    Task(executorPreference: loop) { await self.queue.run() }
    if let address = options.smtp { try startSMTP(at: address) }
    if let address = options.imap { try startIMAP(at: address) }
    if let address = options.jmap { try await startJMAP(at: address) }
    if let address = options.metrics {
      var config = MetricsConfig(bindAddress: address)
      config.serviceName = "example-mail-server"
      config.version = "1.0.0"
      config.log = Self.log
      config.routes.append(metrics.tracing.route())
      config.commandLine = CommandLine.arguments
      config.secretOptions = ["--user", "--metrics-user"]
      config.hostSettings = options.shown
      if let threshold = options.executorThreshold { config.executorThreshold = threshold }
      config.basicAuth = options.metricsUser
      config.bearerTokens = options.metricsTokenFiles.map { .init(tokenFile: $0) }
      if !options.trusted.isEmpty { config.trustedNetworks = options.trusted }
      if let probes = options.probes { config.listeners = [ListenerConfig(probes, serving: .probes)] }
      config.socketMode = options.socketMode
      config.notifiesSystemd = options.notifiesSystemd
      let server = try await metrics.startHTTPServer(config)
      running.withLock { $0.observability = server }
      for (place, bound) in server.boundAddresses.enumerated() {
        Terminal.say("listening \(place == 0 || options.probes == nil ? "metrics" : "probes") \(bound)")
      }
    }
    try startTraffic()
    tick()
    Terminal.say("ready")
  }

  /// Stops in an order that loses nothing: say so on `/ready`, wait for load balancers, end the sessions,
  /// deliver what is being delivered, send the last spans, and close the metrics last.
  func stop() async {
    let (sessions, jmap, observability) = running.withLock { running in
      running.traffic?.stop()
      return (running.sessions, running.jmap, running.observability)
    }
    metrics.health.setDraining(true)
    if options.drainDelay > .zero { await loop.sleep(for: options.drainDelay) }
    await withTaskGroup { group in
      for server in sessions {
        group.addTask(executorPreference: loop) { await server.drain(gracePeriod: .seconds(5)) }
      }
    }
    await jmap?.shutdown(gracePeriod: .seconds(5))
    await queue.stop(gracePeriod: .seconds(5))
    // After all that is traced, and before the metrics that count what became of it.
    await metrics.tracing.shutdown(within: .seconds(5))
    await observability?.shutdown(gracePeriod: .seconds(2))
  }

  private func startSMTP(at address: String) throws {
    var configuration = SMTPSession.Configuration()
    configuration.hostName = Self.hostName
    configuration.maximumMessageSize = options.maximumMessageSize
    let smtp = SMTPServer(
      configuration: configuration, timeout: options.sessionTimeout ?? .seconds(300),
      directory: options.directory, authenticator: authenticator, intake: intake, metrics: metrics)
    let server = try SessionServer(
      loop: loop, address: address, limit: connectionLimit, refuse: smtp.refuse, serve: smtp.serve)
    metrics.connections.limit[.smtp].set(connectionLimit)
    begin(server, "smtp")
  }

  private func startIMAP(at address: String) throws {
    var configuration = IMAPSession.Configuration()
    configuration.hostName = Self.hostName
    configuration.maximumMessageSize = options.maximumMessageSize
    // RFC 3501 section 5.4: at least 30 minutes.
    let imap = IMAPServer(
      configuration: configuration, timeout: options.sessionTimeout ?? .seconds(1800), loop: loop,
      authenticator: authenticator, store: store, metrics: metrics)
    let server = try SessionServer(
      loop: loop, address: address, limit: connectionLimit, refuse: imap.refuse, serve: imap.serve)
    metrics.connections.limit[.imap].set(connectionLimit)
    begin(server, "imap")
  }

  private func begin(_ server: SessionServer, _ name: String) {
    running.withLock { running in
      running.sessions.append(server)
      running.addresses[name] = server.boundAddress
    }
    server.start()
    Terminal.say("listening \(name) \(server.boundAddress)")
  }

  private func startJMAP(at address: String) async throws {
    let jmap = JMAPServer(authenticator: authenticator, store: store, metrics: metrics)
    var configuration = HTTPServerConfiguration(address: try SocketAddress.parse(address))
    // Large enough that a request over JMAP's own limit gets JMAP's own error.
    configuration.limits.maximumBodySize = 4 * JMAPRequest.maxSizeRequest
    configuration.limits.maximumConnections = connectionLimit
    configuration.threadName = "jmap"
    let server = try HTTPServer(
      configuration: configuration, observer: nil, handler: { jmap.respond(to: $0) })
    let bound = try await server.bind()
    metrics.connections.limit[.jmap].set(connectionLimit)
    running.withLock { running in
      running.jmap = server
      running.addresses["jmap"] = bound
    }
    Task(executorPreference: server.loop) { try await server.run() }
    Terminal.say("listening jmap \(bound)")
  }

  /// The server as its own client.
  private func startTraffic() throws {
    guard let rate = options.traffic, let account = options.accounts.first else { return }
    let addresses = running.withLock { $0.addresses }
    let target = Traffic.Target(
      smtp: addresses["smtp"], imap: addresses["imap"], jmap: addresses["jmap"], account: account)
    let traffic = try Traffic(rate: rate, target: target)
    running.withLock { $0.traffic = traffic }
    traffic.start()
  }

  /// What grows or changes by itself is set every second.
  private func tick() {
    queue.publishAge()
    if let jmap = running.withLock({ $0.jmap }) {
      metrics.connections.active[.jmap].set(jmap.statistics.connections)
    }
    let next = loop.schedule(after: .seconds(1)) { [weak self] in self?.tick() }
    running.withLock { $0.clock = next }
  }
}

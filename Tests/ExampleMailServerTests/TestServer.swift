// How do tests run the server's shells? On a free port, without the listeners that they do not need.

@testable import MailObservability
import ObservabilitySockets
import TestSupport
import Testing
import TraceSpans

@testable import example_mail_server

/// A server's parts around one event loop, on a free port.
final class TestServer: Sendable {
  let loop: EventLoop
  let metrics: MetricsCollector
  let faults = Faults()
  let store: MailStore
  let queue: DeliveryQueue
  let sessions: SessionServer
  private let running: Task<Void, Never>

  init(
    connections: Int = 10, timeout: Duration = .seconds(3600), isIMAP: Bool = false,
    smarthost: SocketAddress? = nil, configuration: SMTPSession.Configuration = .init(),
    lifetime: Duration = .milliseconds(1), directory queueDirectory: QueueDirectory? = nil,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, tracing: TracingConfig? = nil
  ) throws {
    loop = try EventLoop(name: "test")
    metrics = try MetricsCollector()
    // With a queue of ended spans, and nobody who takes them away but the test.
    if let tracing { #expect(metrics.tracing.start(tracing, clock: .system)) }
    let accounts = [Account(name: "alice", password: "secret")]
    let directory = Directory(accounts: accounts)
    store = MailStore(accounts: accounts, faults: faults, metrics: metrics)
    let delivery = Delivery(
      directory: directory, store: store, loop: loop, hostName: "mx.example", smarthost: smarthost,
      faults: faults, metrics: metrics, timeout: .seconds(3600))
    queue = DeliveryQueue(
      loop: loop, lifetime: lifetime, delivery: delivery, hostName: "mx.example", faults: faults,
      metrics: metrics, directory: queueDirectory, now: now)
    let lastID = queue.restore()
    let authenticator = Authenticator(directory: directory, faults: faults, metrics: metrics)
    if isIMAP {
      let imap = IMAPServer(
        configuration: .init(), timeout: timeout, loop: loop, authenticator: authenticator, store: store,
        metrics: metrics)
      sessions = try SessionServer(
        loop: loop, address: "127.0.0.1:0", limit: connections, refuse: imap.refuse, serve: imap.serve)
    } else {
      let smtp = SMTPServer(
        configuration: configuration, timeout: timeout, directory: directory, authenticator: authenticator,
        intake: MessageIntake(hostName: "mx.example", queue: queue, metrics: metrics, lastID: lastID),
        metrics: metrics)
      sessions = try SessionServer(
        loop: loop, address: "127.0.0.1:0", limit: connections, refuse: smtp.refuse, serve: smtp.serve)
    }
    sessions.start()
    let queue = queue
    running = Task(executorPreference: loop) { await queue.run() }
  }

  func connect() async throws -> Connection {
    try await Connection.connect(to: sessions.boundAddress, on: loop)
  }

  func stop() async {
    await sessions.drain(gracePeriod: .zero)
    await queue.stop(gracePeriod: .seconds(3600))
    await running.value
    loop.shutdown()
  }
}

extension Connection {
  func send(_ text: String) async throws {
    try await write(Array(text.utf8))
  }

  /// Reads until `text` has come, or the end; everything that was read.
  func receive(until text: String? = nil) async throws -> String {
    var received: [UInt8] = []
    while text.map({ !received.text.contains($0) }) ?? true {
      let bytes = try await read(upTo: 4096)
      if bytes.isEmpty { break }
      received += bytes
    }
    return received.text
  }
}

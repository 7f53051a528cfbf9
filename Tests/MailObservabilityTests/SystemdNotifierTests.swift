// Does a server tell systemd what it should, and does nothing that systemd's side does keep it from starting and ending?
// In processes of their own, since the environment is a process's.

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A server under systemd", .timeLimit(.minutes(30)))
struct SystemdNotifierTests {
  private static func set(_ variables: [String: String]) {
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
    for (name, value) in variables { setenv(name, value, 1) }
  }

  private static func config(_ log: LogRecorder) -> MetricsConfig {
    var config = MetricsConfig.patient
    config.notifiesSystemd = true
    config.log = log.record
    return config
  }

  @Test("says when it is ready, what keeps it from that, when it reloads, and that it stops")
  func life() async {
    await #expect(processExitsWith: .success) {
      let receiver = try #require(DatagramReceiver())
      Self.set(["NOTIFY_SOCKET": receiver.path, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "\(getpid())"])
      let metrics = try MetricsCollector()
      try metrics.health.declare("mail")
      let log = LogRecorder()
      let server = try await metrics.startHTTPServer(Self.config(log))
      func message(_ beginning: String) async -> String? { await onThread { receiver.wait(for: beginning) } }
      #expect(await message("STATUS=not ready: mail") != nil)
      #expect(await message("WATCHDOG=1") != nil)
      #expect(!receiver.drain().contains("READY=1"))
      try metrics.health.add(HealthCheck("mail") { .pass })
      #expect(await message("READY=1") != nil)
      #expect(await message("STATUS=ready") != nil)
      struct Broken: Error {}
      await #expect(throws: Broken.self) {
        try await server.reload { throw Broken() }
      }
      let reloading = await message("RELOADING=1")
      let stamp = reloading.flatMap { UInt64($0.dropFirst("RELOADING=1\nMONOTONIC_USEC=".count)) } ?? 0
      // Of the clock that begins with the system, within three years: the time of day is larger.
      #expect((1...100_000_000_000_000).contains(stamp))
      #expect(await message("READY=1") != nil)
      metrics.health.setMaintenance("a new disk")
      #expect(await message("STATUS=in maintenance: a new disk") != nil)
      await server.shutdown()
      let last = receiver.drain()
      #expect(last.contains("STOPPING=1") && last.contains("STATUS=shutting down"), "\(last)")
      #expect(log.messages.isEmpty)
    }
  }

  @Test("says once that a check hangs, however long it does")
  func hanging() async {
    await #expect(processExitsWith: .success) {
      let receiver = try #require(DatagramReceiver())
      Self.set(["NOTIFY_SOCKET": receiver.path])
      let metrics = try MetricsCollector()
      let gate = Gate()
      try metrics.health.add(
        HealthCheck("hung", deadline: .milliseconds(10), period: .milliseconds(10)) {
          await gate.pass()
          return .pass
        })
      let server = try await metrics.startHTTPServer(Self.config(LogRecorder()))
      let message = await onThread { receiver.wait(for: "STATUS=not ready: hung: has not") }
      #expect(message == "STATUS=not ready: hung: has not returned")
      gate.open()
      await server.shutdown()
    }
  }

  @Test("gives no sign of life from the moment that liveness fails")
  func lifeless() async {
    await #expect(processExitsWith: .success) {
      let receiver = try #require(DatagramReceiver())
      Self.set(["NOTIFY_SOCKET": receiver.path, "WATCHDOG_USEC": "2000"])
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(Self.config(LogRecorder()))
      let address = try #require(server.boundAddress)
      #expect(await onThread { receiver.wait(for: "WATCHDOG=1") } != nil)
      try metrics.health.add(HealthCheck("pool", probes: .live) { .fail("stuck") })
      #expect(
        await eventually { await onThread { HTTPClient.get("/live", at: address)?.status } == 503 })
      receiver.drain()
      // Fifty times as long as systemd waits.
      try await Task.sleep(for: .milliseconds(100))
      #expect(!receiver.drain().contains("WATCHDOG=1"))
      await server.shutdown()
    }
  }

  @Test("serves on each socket of a name all that the name is for, and on those of another what that is for")
  func sockets() async {
    await #expect(processExitsWith: .success) {
      let inherited = try (0..<3).map { _ in try #require(listeningSocket(backlog: 16)) }
      let last = inherited.map(\.descriptor).max() ?? 0
      let names = (3...last).map { number in
        switch inherited.firstIndex(where: { $0.descriptor == number }) {
        case nil: "other"
        case 2: "probes"
        default: "metrics"
        }
      }
      setenv("LISTEN_PID", "\(getpid())", 1)
      setenv("LISTEN_FDS", "\(names.count)", 1)
      setenv("LISTEN_FDNAMES", names.joined(separator: ":"), 1)
      var config = MetricsConfig.patient
      config.bindAddress = "systemd:metrics"
      config.listeners = [ListenerConfig("systemd:probes", serving: .probes)]
      let server = try await MetricsCollector().startHTTPServer(config)
      for (place, status) in [(0, 200), (1, 200), (2, 404)] {
        let address = "127.0.0.1:\(inherited[place].port)"
        #expect(await onThread { HTTPClient.get("/metrics", at: address)?.status } == status)
        #expect(await onThread { HTTPClient.get("/live", at: address)?.status } == 200)
      }
      await server.shutdown()
    }
  }

  static let oddities: [(variables: [String: String], said: String?)] = [
    ([:], nil), (["NOTIFY_SOCKET": ""], nil),
    (["NOTIFY_SOCKET": "nonsense"], "neither a path nor an abstract name"),
    (["NOTIFY_SOCKET": "vsock:2:1234"], "neither a path nor an abstract name"),
    (["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)], "too long"),
    (["NOTIFY_SOCKET": "/nonexistent/notify"], "No such file or directory"),
    (["NOTIFY_SOCKET": "/dev/null"], "refused"),
    (["NOTIFY_SOCKET": "RECEIVER", "WATCHDOG_USEC": "soon"], "WATCHDOG_USEC \"soon\""),
    (["NOTIFY_SOCKET": "RECEIVER", "WATCHDOG_USEC": "0"], "WATCHDOG_USEC \"0\""),
    (["NOTIFY_SOCKET": "RECEIVER", "WATCHDOG_USEC": "\(UInt64.max)"], "WATCHDOG_USEC"),
    (["NOTIFY_SOCKET": "RECEIVER", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "me"], "WATCHDOG_PID \"me\""),
    (["NOTIFY_SOCKET": "RECEIVER", "WATCHDOG_USEC": "soon", "WATCHDOG_PID": "1"], nil),
  ]

  @Test("starts, answers and ends whatever the environment says, and its log says what is wrong with that")
  func odd() async {
    await #expect(processExitsWith: .success) {
      let receiver = try #require(DatagramReceiver())
      for (variables, said) in Self.oddities {
        Self.set(variables.mapValues { $0 == "RECEIVER" ? receiver.path : $0 })
        let log = LogRecorder()
        let server = try await MetricsCollector().startHTTPServer(Self.config(log))
        let address = try #require(server.boundAddress)
        #expect(await onThread { HTTPClient.get("/live", at: address)?.status } == 200)
        if let said {
          #expect(await eventually { !log.messages.isEmpty }, "\(variables)")
          #expect(log.messages.first?.text.contains(said) == true, "\(variables): \(log.messages)")
          #expect(log.messages.first?.level == .warning)
        }
        await server.shutdown()
        // Said once, however often it is tried.
        #expect(log.messages.count == (said == nil ? 0 : 1), "\(variables): \(log.messages)")
      }
    }
  }

  @Test("ends in time while systemd takes no message, and leaves another server to tell it afterwards")
  func full() async {
    await #expect(processExitsWith: .success) {
      let receiver = try #require(DatagramReceiver())
      Self.set(["NOTIFY_SOCKET": receiver.path, "WATCHDOG_USEC": "2000"])
      let log = LogRecorder()
      for _ in 1...2 {
        let server = try await MetricsCollector().startHTTPServer(Self.config(log))
        let second = await #expect(throws: MetricsConfigError.self) {
          _ = try await MetricsCollector().startHTTPServer(Self.config(log))
        }
        #expect(second?.code == .conflict && second?.setting == "notifiesSystemd")
        // More signs of life than there is room for.
        let address = try #require(server.boundAddress)
        for _ in 0..<100 {
          #expect(await onThread { HTTPClient.get("/live", at: address)?.status } == 200)
          try await Task.sleep(for: .milliseconds(2))
        }
        await server.shutdown()
        #expect(receiver.drain().contains("READY=1"))
        // One that does not start gives back what it took.
        var taken = Self.config(log)
        taken.bindAddress = "unix:/nonexistent/socket"
        let config = taken
        await #expect(throws: MetricsConfigError.self) {
          _ = try await MetricsCollector().startHTTPServer(config)
        }
      }
      #expect(log.messages.isEmpty, "\(log.messages)")
    }
  }
}

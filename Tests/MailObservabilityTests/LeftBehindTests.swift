// What is left of a server that does not start, and of one that has ended?

@testable import HealthProbes
@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("What is left of a server", .timeLimit(.minutes(60)))
struct LeftBehindTests {
  private func newPath() -> String { "/tmp/left-\(UInt64.random(in: 0 ... .max)).sock" }

  @Test("that does not start is nothing: no setting of a check, no socket, no file")
  func nothing() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(HealthCheck("storage", period: .seconds(100)) { .pass })
    let first = try await metrics.startHTTPServer(.patient)
    let taken = try #require(first.boundAddress)
    let path = newPath()
    var off = HealthCheck.Overrides()
    off.isEnabled = false
    var config = MetricsConfig.patient
    config.bindAddress = "unix:\(path)"
    config.healthChecks = ["storage": off]
    config.listeners = [ListenerConfig(taken, serving: .all)]
    let wrong = config
    await #expect(throws: MetricsConfigError.self) { _ = try await metrics.startHTTPServer(wrong) }
    #expect(metrics.health.report().checks.contains { $0.name == "storage" }, "it is not switched off")
    // What makes no sense only together with the check's own settings is found when the addresses are bound.
    var short = HealthCheck.Overrides()
    short.validity = .seconds(40)
    config.healthChecks = ["storage": short]
    config.listeners = []
    let conflicting = try config.validated()
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(conflicting)
    }
    #expect(error?.setting == "healthChecks" && error?.value == "storage")
    #expect(access(path, F_OK) != 0)
    config.healthChecks = ["storage": off]
    let second = try await metrics.startHTTPServer(config)
    #expect(!metrics.health.report().checks.contains { $0.name == "storage" })
    await second.shutdown()
    await first.shutdown()
  }

  @Test("whose address is taken is an error that names it, whichever of several it is", arguments: 0..<4)
  func taken(place: Int) async throws {
    let metrics = try MetricsCollector()
    let first = try await metrics.startHTTPServer(.patient)
    let taken = try #require(first.boundAddress)
    var addresses = Array(repeating: "127.0.0.1:0", count: 4)
    addresses[place] = taken
    var config = MetricsConfig.patient
    config.bindAddress = addresses[0]
    config.listeners = addresses.dropFirst().map { ListenerConfig($0, serving: .probes) }
    let wanted = config
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(wanted)
    }
    let setting = place == 0 ? "bindAddress" : "listeners[\(place - 1)]"
    #expect(error?.setting == setting && error?.value == taken && error?.code == .refusedBySystem)
    #expect(error?.message.hasPrefix("\(setting) \"\(taken)\" cannot be used: binding to \(taken): ") == true)
    await first.shutdown()
  }

  #if os(Linux)
    /// The entries of a folder of `/proc`, but for the one that reading it needs.
    private static func count(_ folder: String) -> Int {
      guard let entries = opendir(folder) else { return 0 }
      defer { closedir(entries) }
      var count = 0
      while readdir(entries) != nil { count += 1 }
      return count
    }

    private static let rounds = 1000

    @Test("that has ended is no descriptor and no thread, after a thousand, with whatever listeners")
    func starts() async {
      await #expect(processExitsWith: .success) {
        let receiver = try #require(DatagramReceiver())
        setenv("NOTIFY_SOCKET", receiver.path, 1)
        let (listening, _) = try #require(listeningSocket(backlog: 16))
        // The numbers before it are those of others.
        let names = (3...listening).map { $0 == listening ? "web" : "other" }
        setenv("LISTEN_PID", "\(getpid())", 1)
        setenv("LISTEN_FDS", "\(names.count)", 1)
        setenv("LISTEN_FDNAMES", names.joined(separator: ":"), 1)
        let path = "/tmp/left-\(getpid()).sock"
        let kinds: [(first: String, others: [String])] = [
          ("127.0.0.1:0", []), ("unix:\(path)", []), ("systemd:web", []),
          ("127.0.0.1:0", ["unix:\(path)", "127.0.0.1:0", "systemd:web"]),
          // The last of them cannot be had.
          ("unix:\(path)", ["127.0.0.1:0", "systemd:web", "unix:/nonexistent/socket"]),
        ]
        let metrics = try MetricsCollector()
        var counts = (descriptors: 0, threads: 0)
        for round in 0..<Self.rounds {
          let (first, others) = kinds[round % kinds.count]
          var config = MetricsConfig.patient
          (config.bindAddress, config.notifiesSystemd) = (first, true)
          config.listeners = others.map { ListenerConfig($0, serving: .probes) }
          if let server = try? await metrics.startHTTPServer(config) {
            #expect(round % kinds.count != kinds.count - 1)
            await server.shutdown(gracePeriod: .zero)
          } else {
            #expect(round % kinds.count == kinds.count - 1)
          }
          receiver.drain()
          // By then the pools of threads are as large as they get.
          if round == Self.rounds / 10 {
            counts = (Self.count("/proc/self/fd"), Self.count("/proc/self/task"))
          }
        }
        // Threads end after the servers that they were of.
        let (descriptors, threads) = counts
        #expect(
          await eventually {
            Self.count("/proc/self/fd") <= descriptors && Self.count("/proc/self/task") <= threads
          },
          "\(counts), \(Self.count("/proc/self/fd")) descriptors, \(Self.count("/proc/self/task")) threads")
        #expect(access(path, F_OK) != 0 && fcntl(listening, F_GETFD) >= 0)
      }
    }
  #endif
}

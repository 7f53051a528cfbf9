// How is the server started? Its command line, parsed without side effects.

import MailObservability
import ObservabilityHTTP
import ObservabilitySockets

struct UsageError: Error, Equatable {
  let message: String
}

struct Options: Sendable, Equatable {
  var smtp: String?
  var metrics: String?
  /// A second listener that has the probes alone.
  var probes: String?
  /// nil: as the umask leaves it.
  var socketMode: UInt16?
  var imap: String?
  var jmap: String?
  var users: [String: String] = [:]
  var userNames: [String] = []
  var domains: Set<String> = []
  /// A smarthost for mail that leaves; without one, remote mail is deferred and then bounced.
  var relay: String?
  /// Messages a second that the server sends to itself.
  var traffic: Double?
  var faultsFile: String?
  var queueLifetime: Duration = .seconds(10)
  var maximumMessageSize = 10 * 1024 * 1024
  var maximumConnections = 500
  /// nil: as the RFCs say, 5 minutes in SMTP and 30 in IMAP.
  var sessionTimeout: Duration?
  var drainDelay: Duration = .zero
  /// nil: the library's own.
  var executorThreshold: Duration?
  /// Who may read the metrics, and from where what else there is.
  var metricsUser: MetricsConfig.BasicAuth?
  var metricsTokenFiles: [String] = []
  /// Empty: this machine.
  var trusted: [IPNetwork] = []
  var isTracing = true
  /// Whether systemd is told, where it asks.
  var notifiesSystemd = false
  /// The collector that spans are sent to; nil keeps them in the process.
  var otlp: String?
  var traceRatio = 1.0
  var trustedPeers: [IPNetwork] = []
  /// Where the queue survives the process; nil for memory alone.
  var queueDirectory: String?
  var wantsHelp = false

  static let usage = """
    usage: example-mail-server [options]
           example-mail-server healthcheck [URL]   asks /health of a running one: exit code 0 or 1
      --smtp HOST:PORT           SMTP listener; port 0 picks a free one
      --imap HOST:PORT           IMAP listener
      --jmap HOST:PORT           JMAP listener (HTTP)
      --metrics HOST:PORT        metrics and health; or unix:/PATH, or systemd:NAME for an inherited socket
      --probes HOST:PORT         a second listener that has the probes alone
      --socket-mode OCTAL        the permissions of Unix sockets of --metrics and --probes
      --metrics-user NAME:HASH   asks for a password at /metrics; HASH as htpasswd -nB or mkpasswd write it
      --metrics-token-file FILE  a bearer token that is as good as the password (repeatable)
      --trusted CIDR             who sees details (repeatable); without it this machine
      --systemd                  tells systemd when it is ready, alive, and stops (Type=notify, WatchdogSec=)
      --user NAME:PASSWORD       an account (repeatable); NAME may carry a domain
      --domain NAME              a further local domain (repeatable)
      --relay HOST:PORT          where mail for other domains is sent
      --queue-lifetime SECONDS   how long a message is tried before it bounces (10)
      --max-message-size OCTETS  the SIZE limit (10485760)
      --max-connections N        per protocol (500, less where descriptors are scarce)
      --session-timeout SECONDS  for a silent client (SMTP 300, IMAP 1800)
      --drain-delay SECONDS      from SIGTERM to closing, /ready being 503 (0)
      --executor-threshold SECONDS  of a blocked Swift executor until /live is 503 (30)
      --traffic N                send N messages a second to itself, and read them
      --faults FILE              a file whose words are faults to simulate, reread every second:
                                 storage queue authentication executor delivery maintenance
      --queue-directory PATH     where queued messages survive a restart; made when it is not there
      --otlp URL                 a collector for traces: http://HOST:PORT or unix:/PATH
      --trace-ratio R            the share of messages that are traced, 0 to 1 (1)
      --trusted-peer CIDR        a network whose servers and clients carry traces on (repeatable)
      --trace-off                no traces, not even in /debug/traces of the metrics listener
    Without a listener option all four listen: SMTP 127.0.0.1:2525, IMAP 127.0.0.1:1143,
    JMAP 127.0.0.1:8080, metrics 127.0.0.1:9464; with one, those that are named.
    Without --user: alice with the password "secret", who gets all mail.
    """

  init(arguments: some Sequence<String>) throws(UsageError) {
    var rest = Array(arguments)[...]
    while let flag = rest.popFirst() {
      if flag == "--help" || flag == "-h" {
        wantsHelp = true
        continue
      }
      if flag == "--systemd" {
        notifiesSystemd = true
        continue
      }
      if flag == "--trace-off" {
        isTracing = false
        continue
      }
      guard Self.flags.contains(flag) else { throw UsageError(message: "unknown option \(flag)") }
      guard let value = rest.popFirst(), !value.isEmpty else {
        throw UsageError(message: "\(flag) needs a value")
      }
      try set(flag, to: value)
    }
    if smtp == nil, imap == nil, jmap == nil, metrics == nil {
      smtp = "127.0.0.1:2525"
      imap = "127.0.0.1:1143"
      jmap = "127.0.0.1:8080"
      metrics = Self.defaultMetrics
    }
    guard probes == nil || metrics != nil else { throw UsageError(message: "--probes needs --metrics") }
  }

  static let defaultMetrics = "127.0.0.1:9464"

  private static let flags: Set<String> = [
    "--smtp", "--imap", "--jmap", "--metrics", "--user", "--domain", "--relay", "--queue-lifetime",
    "--max-message-size", "--max-connections", "--session-timeout", "--drain-delay", "--traffic", "--faults",
    "--probes", "--socket-mode", "--metrics-user", "--metrics-token-file", "--trusted",
    "--executor-threshold", "--queue-directory", "--otlp", "--trace-ratio", "--trusted-peer",
  ]

  private mutating func set(_ flag: String, to value: String) throws(UsageError) {
    switch flag {
    case "--smtp": smtp = try address(flag, value)
    case "--imap": imap = try address(flag, value)
    case "--jmap": jmap = try address(flag, value)
    case "--metrics": metrics = try address(flag, value, mayBeInherited: true)
    case "--probes": probes = try address(flag, value, mayBeInherited: true)
    case "--socket-mode":
      guard let mode = UInt16(value, radix: 8), mode <= 0o777 else {
        throw bad(flag, value, "an octal number from 0 to 777")
      }
      socketMode = mode
    case "--relay": relay = try address(flag, value)
    case "--faults": faultsFile = value
    case "--queue-directory": queueDirectory = value
    case "--otlp": otlp = try collector(flag, value)
    case "--trace-ratio":
      guard let ratio = Double(value), (0...1).contains(ratio) else {
        throw bad(flag, value, "a number from 0 to 1")
      }
      traceRatio = ratio
    case "--trusted-peer":
      guard let network = IPNetwork(value) else {
        throw bad(flag, value, "a network such as 192.0.2.0/24, or an address")
      }
      trustedPeers.append(network)
    case "--user": try addUser(value)
    case "--metrics-user":
      // What is wrong with the hash, the library says: it is a secret.
      guard let colon = value.firstIndex(of: ":") else {
        throw UsageError(message: "--metrics-user: expected NAME:HASH")
      }
      metricsUser = .init(
        username: String(value[..<colon]), passwordHash: String(value[value.index(after: colon)...]))
    case "--metrics-token-file": metricsTokenFiles.append(value)
    case "--trusted":
      guard let network = IPNetwork(value) else {
        throw bad(flag, value, "a network such as 10.0.0.0/8 or fd00::/8")
      }
      trusted.append(network)
    case "--domain":
      guard MailAddress.isDomain(Array(value.utf8)) else { throw bad(flag, value, "a domain name") }
      domains.insert(value.asciiLowercased)
    case "--traffic":
      let rate = try number(flag, value, upTo: 10_000)
      // The pause between two messages has an end.
      guard rate >= 0.001 else { throw bad(flag, value, "a number from 0.001 to 10000") }
      traffic = rate
    case "--queue-lifetime": queueLifetime = .seconds(try number(flag, value, upTo: 86_400 * 7))
    case "--session-timeout": sessionTimeout = .seconds(try number(flag, value, upTo: 86_400))
    case "--drain-delay": drainDelay = .seconds(try number(flag, value, upTo: 3600, orZero: true))
    case "--executor-threshold":
      let seconds = try number(flag, value, upTo: 86_400)
      guard seconds >= 0.01 else { throw bad(flag, value, "a number from 0.01 to 86400") }
      executorThreshold = .seconds(seconds)
    case "--max-message-size": maximumMessageSize = try integer(flag, value, upTo: 1 << 30)
    case "--max-connections": maximumConnections = try integer(flag, value, upTo: 1_000_000)
    default: throw UsageError(message: "unknown option \(flag)")
    }
  }

  /// Only its form is checked here: whether it can be bound shows at the start.
  private func address(
    _ flag: String, _ value: String, mayBeInherited: Bool = false
  ) throws(UsageError) -> String {
    if mayBeInherited, value.hasPrefix("systemd:") { return value }
    do {
      _ = try SocketAddress.parse(value)
      return value
    } catch {
      throw UsageError(message: "\(flag) \(value): \(error.message)")
    }
  }

  private func collector(_ flag: String, _ value: String) throws(UsageError) -> String {
    // What is wrong with it may be its password.
    let shown = value.utf8.contains(UInt8(ascii: "@")) ? "***" : value
    let endpoint: ClientEndpoint
    do throws(ClientEndpoint.Failure) {
      endpoint = try ClientEndpoint(value)
    } catch {
      throw UsageError(message: "\(flag) \(shown): \(error)")
    }
    guard endpoint.scheme != .https else {
      throw bad(flag, shown, "http://HOST:PORT or unix:/PATH, without TLS")
    }
    return value
  }

  private mutating func addUser(_ value: String) throws(UsageError) {
    guard let colon = value.firstIndex(of: ":") else { throw bad("--user", value, "NAME:PASSWORD") }
    var name = String(value[..<colon])
    let password = String(value[value.index(after: colon)...])
    if let at = name.lastIndex(of: "@") {
      domains.insert(String(name[name.index(after: at)...]).asciiLowercased)
      name = String(name[..<at])
    }
    guard MailAddress("\(name)@example.com") != nil, !password.isEmpty else {
      throw bad("--user", value, "NAME:PASSWORD, both not empty")
    }
    if users.updateValue(password, forKey: name) == nil { userNames.append(name) }
  }

  private func number(
    _ flag: String, _ value: String, upTo limit: Double, orZero: Bool = false
  ) throws(UsageError) -> Double {
    guard let number = Double(value), number.isFinite, number > 0 || (orZero && number == 0), number <= limit
    else {
      throw bad(flag, value, "a number above 0 and up to \(Int(limit))")
    }
    return number
  }

  private func integer(_ flag: String, _ value: String, upTo limit: Int) throws(UsageError) -> Int {
    guard let number = Int(value), number > 0, number <= limit else {
      throw bad(flag, value, "a whole number from 1 to \(limit)")
    }
    return number
  }

  private func bad(_ flag: String, _ value: String, _ expected: String) -> UsageError {
    UsageError(message: "\(flag) \(value): expected \(expected)")
  }

  /// The accounts and domains that these options describe.
  var directory: Directory {
    guard !userNames.isEmpty else {
      return Directory(
        accounts: [Account(name: "alice", password: "secret")], domains: domains, catchAll: "alice")
    }
    return Directory(accounts: accounts, domains: domains)
  }

  var accounts: [Account] {
    userNames.isEmpty
      ? [Account(name: "alice", password: "secret")]
      : userNames.map { Account(name: $0, password: users[$0] ?? "") }
  }

  /// How messages are traced.
  var tracing: TracingConfig {
    var config = TracingConfig(serviceName: "example-mail-server")
    config.enabled = isTracing
    config.sampling = .parentBased(.ratio(traceRatio))
    config.trustedPeers = trustedPeers
    config.exporter = otlp == nil ? .none : .otlp
    if let otlp { config.endpoint = otlp }
    return config
  }
}

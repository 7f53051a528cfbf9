// Which variables of the environment are known, and what does each set?

import HealthProbes
import ObservabilityHTTP

extension MetricsConfig.Variable {
  private typealias Read = ConfigVariables

  package static var all: [MetricsConfig.Variable] {
    general + credentials + healthChecks + deadlines + limits
  }

  private static var general: [MetricsConfig.Variable] {
    [
      .init("ENABLED", "enabled", Read.truthAllowed, \.enabled, Read.truth),
      .init("BIND_ADDRESS", "bindAddress", Read.addressAllowed, \.bindAddress, Read.address),
      .init(list: "LISTENERS", "listeners", Read.listenersAllowed, \.listeners, Read.listeners),
      .init("SOCKET_MODE", "socketMode", Read.modeAllowed, \.socketMode) { Read.mode($0).map { .some($0) } },
      .init("NOTIFY_SYSTEMD", "notifiesSystemd", Read.truthAllowed, \.notifiesSystemd, Read.truth),
      .init("PATH", "path", "a path", \.path) { $0 },
      .init("PATH_PREFIX", "pathPrefix", "a path", \.pathPrefix) { $0 },
      .init(list: "PROBE_ALIASES", "probeAliases", Read.aliasesAllowed, \.probeAliases, Read.aliases),
      .init(
        list: "TRUSTED_NETWORKS", "trustedNetworks", Read.networksAllowed, \.trustedNetworks, Read.networks),
      .init(list: "TRUSTED_PROXIES", "trustedProxies", Read.networksAllowed, \.trustedProxies, Read.networks),
      .init(list: "HOST_NAMES", "hostNames", "names, with commas between", \.hostNames, Read.list),
      .init(list: "ACCESS", "access", Read.accessAllowed, \.access, Read.access),
      .init("COMPRESSION", "compressesAnswers", Read.truthAllowed, \.compressesAnswers, Read.truth),
      .init(
        "MAXIMUM_CONCURRENT_SCRAPES", "maximumConcurrentScrapes",
        Read.countAllowed(MetricsConfig.scrapes), \.maximumConcurrentScrapes
      ) { Read.count($0, MetricsConfig.scrapes) },
      .init("SCRAPE_DEADLINE", "scrapeDeadline", Read.durationAllowed, \.scrapeDeadline, Read.duration),
      .init(
        "CREATED_SAMPLES", "includesCreatedSamples", Read.truthAllowed, \.includesCreatedSamples, Read.truth),
      .init(
        "PROCESS_METRICS", "includesProcessMetrics", Read.truthAllowed, \.includesProcessMetrics, Read.truth),
      .init("HISTORY", "keepsHistory", Read.truthAllowed, \.keepsHistory, Read.truth),
      .init(
        "EXECUTOR_THRESHOLD", "executorThreshold", "none, or \(Read.durationAllowed)", \.executorThreshold
      ) { $0.lowercased() == "none" ? .some(nil) : Read.duration($0).map { .some($0) } },
      .init("SERVICE_NAME", "serviceName", "a name", \.serviceName) { $0 },
      .init("SERVICE_VERSION", "version", "a version", \.version) { $0 },
    ]
  }

  private static var credentials: [MetricsConfig.Variable] {
    [
      .init("BASIC_AUTH_USERNAME", "basicAuth.username", "a name") { _, credentials, text in
        credentials.username = text
      },
      .init("BASIC_AUTH_PASSWORD_HASH", "basicAuth.passwordHash", "a hash", isSecret: true) {
        _, credentials, text in
        credentials.passwordHash = text
      },
      .init("BASIC_AUTH_PASSWORD_HASH_FILE", "basicAuth.passwordHashFile", "a path") { _, credentials, text in
        credentials.passwordHashFile = text
      },
      .init(
        "BEARER_TOKENS", "bearerTokens", "tokens, with commas between", isSecret: true
      ) { (_, credentials, text) throws(Read.Refusal) in
        credentials.tokens += try Read.list(text).map { MetricsConfig.BearerToken($0) }
      },
      .init(
        "BEARER_TOKEN_FILES", "bearerTokens.tokenFile", "paths, with commas between"
      ) { (_, credentials, text) throws(Read.Refusal) in
        credentials.tokens += try Read.list(text).map { MetricsConfig.BearerToken(tokenFile: $0) }
      },
    ]
  }

  private static var healthChecks: [MetricsConfig.Variable] {
    func variable(
      _ name: String, _ allowed: String,
      _ changes: @escaping (String) throws(Read.Refusal) -> [HealthCheckChange]
    ) -> MetricsConfig.Variable {
      .init(name, "healthChecks", allowed) { (config, _, text) throws(Read.Refusal) in
        for change in try changes(text) {
          // Each is tried alone, so that it is the one that is blamed.
          guard Read.canBeUsed(change) else { throw .member(change.member) }
          change.set(&config.healthChecks[change.name, default: .init()])
        }
      }
    }
    return [
      variable("HEALTH_CHECKS_OFF", Read.checksAllowed) { text throws(Read.Refusal) in
        try Read.checks(text) { $0.isEnabled = false }
      },
      variable("HEALTH_CHECK_DEADLINES", Read.checkDurationsAllowed) { text throws(Read.Refusal) in
        try Read.checkDurations(text) { $0.deadline = $1 }
      },
      variable("HEALTH_CHECK_PERIODS", Read.checkDurationsAllowed) { text throws(Read.Refusal) in
        try Read.checkDurations(text) { $0.period = $1 }
      },
    ]
  }

  private static var deadlines: [MetricsConfig.Variable] {
    let base: WritableKeyPath<MetricsConfig, HTTPServerDeadlines> = \.deadlines
    func deadline(
      _ name: String, _ setting: String, _ path: WritableKeyPath<HTTPServerDeadlines, Duration>
    ) -> MetricsConfig.Variable {
      .init(
        "DEADLINE_" + name, "deadlines." + setting, Read.durationAllowed,
        base.appending(path: path), Read.duration)
    }
    return [
      deadline("HEAD", "head", \.head), deadline("BODY", "body", \.body),
      deadline("HANDLER", "handler", \.handler), deadline("WRITE", "write", \.write),
      deadline("RESPONSE", "response", \.response), deadline("KEEP_ALIVE", "keepAlive", \.keepAlive),
      deadline("RESERVE_HEAD", "reserveHead", \.reserveHead), deadline("STALL", "stall", \.stall),
      deadline("LINGER", "linger", \.linger),
    ]
  }

  private static var limits: [MetricsConfig.Variable] {
    let base: WritableKeyPath<MetricsConfig, HTTPServerLimits> = \.limits
    func limit(
      _ name: String, _ setting: String, _ path: WritableKeyPath<HTTPServerLimits, Int>
    ) -> MetricsConfig.Variable {
      let bounds = HTTPServerLimits.bounds(of: path)
      return .init(
        "MAXIMUM_" + name, "limits." + setting, Read.countAllowed(bounds), base.appending(path: path)
      ) { Read.count($0, bounds) }
    }
    let connections = HTTPServerLimits.bounds(of: \.maximumConnections)
    return [
      limit("REQUEST_LINE_SIZE", "maximumRequestLineSize", \.maximumRequestLineSize),
      limit("HEADER_SIZE", "maximumHeaderSize", \.maximumHeaderSize),
      limit("FIELD_COUNT", "maximumFieldCount", \.maximumFieldCount),
      limit("BODY_SIZE", "maximumBodySize", \.maximumBodySize),
      limit("CONNECTIONS", "maximumConnections", \.maximumConnections),
      limit("RESERVE_CONNECTIONS", "maximumReserveConnections", \.maximumReserveConnections),
      limit(
        "REQUESTS_PER_CONNECTION", "maximumRequestsPerConnection", \.maximumRequestsPerConnection),
      .init(
        "MAXIMUM_CONNECTIONS_PER_ADDRESS", "limits.maximumConnectionsPerAddress",
        Read.countAllowed(connections), \.limits.maximumConnectionsPerAddress
      ) { Read.count($0, connections).map { .some($0) } },
    ]
  }
}

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
      .init("LISTENERS", "listeners", Read.listenersAllowed, \.listeners, Read.listeners),
      .init("SOCKET_MODE", "socketMode", Read.modeAllowed, \.socketMode) { Read.mode($0).map { .some($0) } },
      .init("NOTIFY_SYSTEMD", "notifiesSystemd", Read.truthAllowed, \.notifiesSystemd, Read.truth),
      .init("PATH", "path", "a path", \.path) { $0 },
      .init("PATH_PREFIX", "pathPrefix", "a path", \.pathPrefix) { $0 },
      .init("PROBE_ALIASES", "probeAliases", Read.aliasesAllowed, \.probeAliases, Read.aliases),
      .init("TRUSTED_NETWORKS", "trustedNetworks", Read.networksAllowed, \.trustedNetworks, Read.networks),
      .init("TRUSTED_PROXIES", "trustedProxies", Read.networksAllowed, \.trustedProxies, Read.networks),
      .init("HOST_NAMES", "hostNames", "names", \.hostNames) { OTelVariables.list($0) },
      .init("ACCESS", "access", Read.accessAllowed, \.access, Read.access),
      .init("COMPRESSION", "compressesAnswers", Read.truthAllowed, \.compressesAnswers, Read.truth),
      .init(
        "MAXIMUM_CONCURRENT_SCRAPES", "maximumConcurrentScrapes", Read.countAllowed,
        \.maximumConcurrentScrapes, Read.count),
      .init("SCRAPE_DEADLINE", "scrapeDeadline", Read.durationAllowed, \.scrapeDeadline, Read.duration),
      .init(
        "CREATED_SAMPLES", "includesCreatedSamples", Read.truthAllowed, \.includesCreatedSamples, Read.truth),
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
        return true
      },
      .init("BASIC_AUTH_PASSWORD_HASH", "basicAuth.passwordHash", "a hash", isSecret: true) {
        _, credentials, text in
        credentials.passwordHash = text
        return true
      },
      .init("BASIC_AUTH_PASSWORD_HASH_FILE", "basicAuth.passwordHashFile", "a path") { _, credentials, text in
        credentials.passwordHashFile = text
        return true
      },
      .init("BEARER_TOKENS", "bearerTokens", "tokens", isSecret: true) { _, credentials, text in
        credentials.tokens += OTelVariables.list(text).map { MetricsConfig.BearerToken($0) }
        return true
      },
      .init("BEARER_TOKEN_FILES", "bearerTokens.tokenFile", "paths") { _, credentials, text in
        credentials.tokens += OTelVariables.list(text).map { MetricsConfig.BearerToken(tokenFile: $0) }
        return true
      },
    ]
  }

  private static var healthChecks: [MetricsConfig.Variable] {
    /// Each is tried alone, so that it is the one that is blamed.
    func apply(_ changes: [HealthCheckChange]?, to config: inout MetricsConfig) -> Bool {
      guard let changes, Read.canBeUsed(changes) else { return false }
      for change in changes { change.set(&config.healthChecks[change.name, default: .init()]) }
      return true
    }
    return [
      .init("HEALTH_CHECKS_OFF", "healthChecks", Read.checksAllowed) { config, _, text in
        apply(Read.checks(text) { $0.isEnabled = false }, to: &config)
      },
      .init("HEALTH_CHECK_DEADLINES", "healthChecks", Read.checkDurationsAllowed) { config, _, text in
        apply(Read.checkDurations(text) { $0.deadline = $1 }, to: &config)
      },
      .init("HEALTH_CHECK_PERIODS", "healthChecks", Read.checkDurationsAllowed) { config, _, text in
        apply(Read.checkDurations(text) { $0.period = $1 }, to: &config)
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
      .init(
        "MAXIMUM_" + name, "limits." + setting, Read.countAllowed,
        base.appending(path: path), Read.count)
    }
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
        "MAXIMUM_CONNECTIONS_PER_ADDRESS", "limits.maximumConnectionsPerAddress", Read.countAllowed,
        \.limits.maximumConnectionsPerAddress
      ) { Read.count($0).map { .some($0) } },
    ]
  }
}

// What do the variables of the environment say about the server?

import HealthProbes
import ObservabilityHTTP
import ObservabilityPlatform

extension MetricsConfig {
  /// The settings that variables of the environment ask for, whose names begin with `MAILOBS_`, and the defaults for the
  /// rest: <doc:ExposingSafely> lists them. An empty variable is none, and white space at the ends of a value does not
  /// count.
  ///
  /// What is read is validated as ``validated()`` does it. Files are read, and the address is tried, when the server is
  /// started.
  ///
  /// - Parameter environment: the variables; nil for those of the process, which nobody may set meanwhile. Others than
  ///   those that begin with `MAILOBS_` are left alone.
  /// - Throws: ``MetricsConfigError`` that names the variable, its value, which for a secret is `***`, and what is
  ///   allowed; for a variable that is not known, the nearest that is.
  public init(environment: [String: String]?) throws(MetricsConfigError) {
    if let environment {
      try self.init(variables: environment.map { ($0.key, Array($0.value.utf8)) })
    } else {
      try self.init(variables: processEnvironment())
    }
  }

  /// - Parameter variables: of a name that is there twice the first counts.
  init(variables: [(name: String, value: [UInt8])]) throws(MetricsConfigError) {
    self.init()
    let ours = variables.filter { $0.name.utf8.starts(with: Variable.prefix.utf8) }
    let known = Variable.all
    let unknown = ours.lazy.map(\.name).filter { name in !known.contains { $0.name == name } }
    if let name = unknown.min() {
      let nearest = ConfigVariables.nearest(to: name, of: known.map(\.name))
      throw MetricsConfigError(
        .invalidSetting, setting: name.oneLine(atMost: 128), value: "***",
        nearest.map { "is not known; there is \($0)" } ?? "is not known")
    }
    let reader = OTelVariables { name in ours.first { $0.name == name }?.value }
    var isSet: [Variable] = []
    var credentials = Credentials()
    for variable in known {
      guard let (text, _) = try reader.needed([variable.name]) else { continue }
      guard variable.set(&self, &credentials, text) else {
        throw MetricsConfigError(
          .invalidSetting, setting: variable.name, value: variable.shown(text), "must be \(variable.allowed)")
      }
      isSet.append(variable)
    }
    try credentials.set(in: &self)
    do throws(MetricsConfigError) {
      self = try validated()
    } catch {
      // By the name that it was given here.
      guard let variable = isSet.first(where: { $0.setting == error.setting }) else { throw error }
      throw MetricsConfigError(
        error.code, setting: variable.name, value: variable.isSecret ? "***" : error.value, error.problem)
    }
  }

  /// What belongs together, and comes in several variables.
  struct Credentials {
    var username: String?
    var passwordHash: String?
    var passwordHashFile: String?
    var tokens: [BearerToken] = []

    fileprivate func set(in config: inout MetricsConfig) throws(MetricsConfigError) {
      config.bearerTokens = tokens
      let prefix = Variable.prefix + "BASIC_AUTH_"
      switch (username, passwordHash, passwordHashFile) {
      case (nil, nil, nil): break
      case (let username?, let hash?, nil):
        config.basicAuth = BasicAuth(username: username, passwordHash: hash)
      case (let username?, nil, let file?):
        config.basicAuth = BasicAuth(username: username, passwordHashFile: file)
      case (let username?, nil, nil):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "USERNAME", value: username,
          "needs \(prefix)PASSWORD_HASH_FILE or \(prefix)PASSWORD_HASH beside it")
      case (nil, .some, _):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH", value: "***",
          "needs \(prefix)USERNAME beside it")
      case (nil, nil, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: file,
          "needs \(prefix)USERNAME beside it")
      case (.some, .some, let file?):
        throw MetricsConfigError(
          .invalidSetting, setting: prefix + "PASSWORD_HASH_FILE", value: file,
          "must not be set beside \(prefix)PASSWORD_HASH")
      }
    }
  }

  /// A variable that is known.
  struct Variable {
    static let prefix = "MAILOBS_"

    let name: String
    /// What the setting is called in the errors of ``MetricsConfig/validated()``.
    let setting: String
    let isSecret: Bool
    /// To be read after "must be".
    let allowed: String
    /// False when the value is none that is allowed.
    let set: (inout MetricsConfig, inout Credentials, String) -> Bool

    fileprivate init(
      _ name: String, _ setting: String, _ allowed: String, isSecret: Bool = false,
      set: @escaping (inout MetricsConfig, inout Credentials, String) -> Bool
    ) {
      self.name = Variable.prefix + name
      self.setting = setting
      self.allowed = allowed
      self.isSecret = isSecret
      self.set = set
    }

    fileprivate init<Value>(
      _ name: String, _ setting: String, _ allowed: String, _ path: WritableKeyPath<MetricsConfig, Value>,
      _ read: @escaping (String) -> Value?
    ) {
      self.init(name, setting, allowed) { config, _, text in
        guard let value = read(text) else { return false }
        config[keyPath: path] = value
        return true
      }
    }

    func shown(_ text: String) -> String { isSecret ? "***" : text }
  }
}

extension MetricsConfig.Variable {
  private typealias Read = ConfigVariables

  static var all: [MetricsConfig.Variable] { general + credentials + deadlines + limits }

  private static var general: [MetricsConfig.Variable] {
    [
      .init("ENABLED", "enabled", Read.truthAllowed, \.enabled, Read.truth),
      .init("BIND_ADDRESS", "bindAddress", "an address", \.bindAddress) { $0 },
      .init("PATH", "path", "a path", \.path) { $0 },
      .init("PATH_PREFIX", "pathPrefix", "a path", \.pathPrefix) { $0 },
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
      .init("EXECUTOR_THRESHOLD", "executorThreshold", "none, or \(Read.durationAllowed)") {
        config, _, text in
        let threshold = Read.duration(text)
        config.executorThreshold = threshold
        return threshold != nil || text.lowercased() == "none"
      },
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

// Which settings are refused, and what does a server make of the others?

import HealthProbes
import ObservabilityEndpoints
import ObservabilityHTTP

extension MetricsConfig {
  /// The configuration as a server uses it, or what is wrong with it. Servers and endpoints do this by
  /// themselves; call it to find mistakes earlier, for example when a configuration file is read.
  ///
  /// Numbers of ``limits`` are moved to the least and the most that make sense: at least 512 bytes for a
  /// request line, 1,024 for header fields, 16 fields, one connection, one request on it. `Int.max` means
  /// "without a limit". Waits of ``deadlines`` that may be none (`keepAlive`, `stall`, `linger`) are at least
  /// zero.
  ///
  /// - Throws: ``MetricsConfigError`` that names the setting: a path that cannot be used or is another route's, fewer than one
  ///   scrape, a ``scrapeDeadline``, an ``executorThreshold`` or another of the ``deadlines`` below 10
  ///   milliseconds, settings of ``healthChecks`` that make no sense, one of the ``hostNames`` that is none, credentials that
  ///   cannot be any, a rule of ``access`` for no route, one of the
  ///   ``listeners`` with the address of another or a path of no route, a ``socketMode`` above `0o777`. An address is tried, files are read and libcrypt is opened when the server is started.
  public func validated() throws(MetricsConfigError) -> MetricsConfig {
    try checkCredentials()
    try checkListeners()
    try checkPaths()
    try checkHealthChecks()
    try checkHostNames()
    guard maximumConcurrentScrapes >= 1 else {
      throw MetricsConfigError(
        .invalidSetting, setting: "maximumConcurrentScrapes", value: "\(maximumConcurrentScrapes)",
        "would answer no scrape")
    }
    var config = self
    config.maximumConcurrentScrapes = min(maximumConcurrentScrapes, Self.scrapes.upperBound)
    config.scrapeDeadline = try Self.wait(scrapeDeadline, "scrapeDeadline")
    if let threshold = executorThreshold {
      config.executorThreshold = try Self.wait(threshold, "executorThreshold")
    }
    config.deadlines = try deadlines.validated()
    config.limits = limits.roomy
    return config
  }

  func setPaths(of settings: inout EndpointSettings) {
    settings.pathPrefix = pathPrefix
    settings.metricsPath = path
    settings.probeAliases = probeAliases
    settings.hostRoutes = routes
    settings.ownPages = OwnPage.empty
    settings.access = access
    settings.listeners = listenerRoutes
    settings.hasCredentials = !credentials.isEmpty
    settings.hasLivePage = keepsHistory
  }

  private func checkPaths() throws(MetricsConfigError) {
    var settings = EndpointSettings()
    setPaths(of: &settings)
    guard let problem = settings.problem else { return }
    throw MetricsConfigError(
      .invalidSetting, setting: problem.setting, value: problem.value, problem.text)
  }

  private func checkHostNames() throws(MetricsConfigError) {
    for name in hostNames where Trust.normalised(name) == nil {
      throw MetricsConfigError(
        .invalidSetting, setting: "hostNames", value: name, "is no name of a host, which has no port")
    }
  }

  /// What `Host` may be beside addresses and `localhost`: the names that are listed, and those to listen at.
  var knownHostNames: [String] {
    (hostNames + boundHostNames).compactMap { Trust.normalised($0) }
  }

  private func checkHealthChecks() throws(MetricsConfigError) {
    do throws(HealthError) {
      // A registry without checks refuses what every check would.
      try HealthRegistry().configure(healthChecks)
    } catch {
      throw MetricsConfigError(refused: error)
    }
  }

  /// Gives the checks their settings. Throws when one makes no sense together with those of its check; then
  /// nothing is changed.
  func configureChecks(of health: HealthRegistry) throws(MetricsConfigError) {
    do throws(HealthError) {
      try health.configure(healthChecks)
    } catch {
      throw MetricsConfigError(refused: error)
    }
  }

  /// What is to be said of names that no check has: they may be those of checks that come later, or misspelt. Asked before
  /// they are configured, and nil when they were before.
  func unknownChecks(of health: HealthRegistry) -> LogMessage? {
    let (checks, configured) = health.names
    let known = checks.union(configured).union([HealthDriver.checkName])
    let unknown = healthChecks.keys.filter { !known.contains($0) }.sorted()
    guard !unknown.isEmpty else { return nil }
    let names = unknown.map { name in
      let nearest = ConfigVariables.nearest(to: name, of: checks.sorted(), within: 3)
      return "\"\(name)\"" + (nearest.map { " (there is \($0))" } ?? "")
    }
    let text = "healthChecks has names of no check that there is when the server starts: "
    return LogMessage(.warning, text + names.joined(separator: ", "))
  }

  /// A wait that something has to be possible in. Longer ones than ten years are that.
  static func wait(_ duration: Duration, _ setting: String) throws(MetricsConfigError) -> Duration {
    guard duration >= .milliseconds(10) else {
      throw MetricsConfigError(
        .invalidSetting, setting: setting, value: "\(duration)", "is shorter than 10 milliseconds")
    }
    return min(duration, longest)
  }

  /// How many scrapes there may be at one time.
  static let scrapes = 1...(1 << 20)

  /// Sums of a few of these, and of them and a time, do not overflow.
  static let longest = Duration.seconds(10 * 365 * 86_400)
}

extension MetricsConfigError {
  fileprivate init(refused error: HealthError) {
    self.init(
      .invalidSetting, setting: "healthChecks", value: error.check, "cannot be used: \(error.message)")
  }
}

extension HTTPServerDeadlines {
  fileprivate func validated() throws(MetricsConfigError) -> HTTPServerDeadlines {
    var result = self
    result.head = try MetricsConfig.wait(head, "deadlines.head")
    result.body = try MetricsConfig.wait(body, "deadlines.body")
    result.handler = try MetricsConfig.wait(handler, "deadlines.handler")
    result.write = try MetricsConfig.wait(write, "deadlines.write")
    result.response = try MetricsConfig.wait(response, "deadlines.response")
    result.reserveHead = try MetricsConfig.wait(reserveHead, "deadlines.reserveHead")
    result.keepAlive = min(max(keepAlive, .zero), MetricsConfig.longest)
    result.stall = min(max(stall, .zero), MetricsConfig.longest)
    result.linger = min(max(linger, .zero), MetricsConfig.longest)
    return result
  }
}

extension HTTPServerLimits {
  /// With room for what every client sends, which below that would be refused.
  var roomy: HTTPServerLimits {
    var result = normalised
    result.maximumRequestLineSize = max(result.maximumRequestLineSize, 512)
    result.maximumHeaderSize = max(result.maximumHeaderSize, 1024)
    result.maximumFieldCount = max(result.maximumFieldCount, 16)
    return result
  }

  /// The numbers that a limit may have and stays as it is.
  static func bounds(of limit: WritableKeyPath<HTTPServerLimits, Int>) -> ClosedRange<Int> {
    var (least, most) = (HTTPServerLimits(), HTTPServerLimits())
    least[keyPath: limit] = .min
    most[keyPath: limit] = .max
    return least.roomy[keyPath: limit]...most.roomy[keyPath: limit]
  }
}

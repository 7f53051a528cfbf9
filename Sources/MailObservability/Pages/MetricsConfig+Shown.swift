// How is each setting of the server shown?

import HealthProbes
import ObservabilityEndpoints
import ObservabilityHTTP

extension MetricsConfig {
  /// Every setting of a configuration as it is in force.
  var shownRows: [ShownRow] {
    let defaults = MetricsConfig()
    let valid = (try? defaults.validated()) ?? defaults
    return Self.entries.map { $0.row(of: self, defaults: valid, read: asRead) }
  }

  private typealias Entry = SettingEntry<MetricsConfig>

  static var entries: [SettingEntry<MetricsConfig>] {
    listening + answers + access + limitEntries + deadlineEntries
  }

  private static var listening: [Entry] {
    [
      Entry("enabled", \.enabled, Shown.text),
      Entry("bindAddress", \.bindAddress) { $0 },
      Entry("listeners") { Shown.list($0.listeners.map(\.shown)) },
      Entry("socketMode", \.socketMode) { $0.map { "0o" + String($0, radix: 8) } ?? "as the umask has it" },
      Entry("notifiesSystemd", \.notifiesSystemd, Shown.text),
      Entry("path", \.path) { $0 },
      Entry("pathPrefix", \.pathPrefix) { $0 },
      Entry("probeAliases", \.probeAliases) { aliases in
        Shown.list(aliases.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.rawValue)" })
      }.whole,
      Entry("routes") { Shown.list($0.routes.map(\.path)) },
    ]
  }

  private static var access: [Entry] {
    [
      Entry("trustedNetworks", \.trustedNetworks) { Shown.list($0.map(\.description)) },
      Entry("trustedProxies", \.trustedProxies) { Shown.list($0.map(\.description)) },
      Entry("hostNames", \.hostNames) { Shown.list($0) },
      // Their descriptions have no secret in them.
      Entry("basicAuth", \.basicAuth) { $0.map(\.description) ?? "none" }.whole,
      Entry("bearerTokens", \.bearerTokens) { Shown.list($0.map(\.description)) },
      Entry("access", \.access) { rules in
        Shown.list(rules.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.shown)" })
      }.whole,
    ]
  }

  private static var answers: [Entry] {
    [
      Entry("serviceName", \.serviceName) { $0 },
      Entry("version", \.version) { $0 },
      Entry("maximumConcurrentScrapes", \.maximumConcurrentScrapes) { "\($0)" },
      Entry("scrapeDeadline", \.scrapeDeadline, Shown.text),
      Entry("includesCreatedSamples", \.includesCreatedSamples, Shown.text),
      Entry("includesProcessMetrics", \.includesProcessMetrics, Shown.text),
      Entry("compressesAnswers", \.compressesAnswers, Shown.text),
      Entry("keepsHistory", \.keepsHistory, Shown.text),
      Entry("executorThreshold", \.executorThreshold, Shown.text),
      Entry("healthChecks", \.healthChecks) { checks in
        Shown.list(checks.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.shown))" })
      },
    ]
  }

  private static var limitEntries: [Entry] {
    func entry(_ name: String, _ value: @escaping (HTTPServerLimits) -> Int) -> Entry {
      Entry("limits." + name, { value($0.limits) }, { $0 == .max ? "none" : "\($0)" })
    }
    return [
      entry("maximumRequestLineSize", \.maximumRequestLineSize),
      entry("maximumHeaderSize", \.maximumHeaderSize),
      entry("maximumFieldCount", \.maximumFieldCount), entry("maximumBodySize", \.maximumBodySize),
      entry("maximumConnections", \.maximumConnections),
      entry("maximumReserveConnections", \.maximumReserveConnections),
      Entry("limits.maximumConnectionsPerAddress", \.limits.maximumConnectionsPerAddress) {
        $0.map { "\($0)" } ?? "a share of all"
      },
      entry("maximumRequestsPerConnection", \.maximumRequestsPerConnection),
    ]
  }

  private static var deadlineEntries: [Entry] {
    func entry(_ name: String, _ value: @escaping (HTTPServerDeadlines) -> Duration) -> Entry {
      Entry("deadlines." + name, { value($0.deadlines) }, Shown.text)
    }
    return [
      entry("head", \.head), entry("body", \.body), entry("handler", \.handler), entry("write", \.write),
      entry("response", \.response), entry("keepAlive", \.keepAlive), entry("reserveHead", \.reserveHead),
      entry("stall", \.stall), entry("linger", \.linger),
    ]
  }

  /// The variables that were set, by the settings that they are of.
  static func names(of variables: [Variable]) -> [String: [String]] {
    var names: [String: [String]] = [:]
    for variable in variables {
      // Both parts of a user and its hash are of one setting.
      let isPart = variable.setting.hasPrefix("basicAuth.") || variable.setting.hasPrefix("bearerTokens.")
      let setting = isPart ? String(variable.setting.prefix { $0 != "." }) : variable.setting
      names[setting, default: []].append(variable.name)
    }
    return names
  }
}

extension ListenerConfig {
  fileprivate var shown: String {
    let parts = (routes.isAll ? ["all"] : []) + (routes.hasProbes ? ["probes"] : []) + routes.paths
    let rules = access.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.shown)" }
    return "\(address) (\((parts + rules).joined(separator: ", ")))"
  }
}

extension HealthCheck.Overrides {
  fileprivate var shown: String {
    var parts = isEnabled ? [] : ["off"]
    if let probes {
      parts.append("probes \(HealthProbe.allCases.filter { probes.takesPart(in: $0) }.map(\.rawValue))")
    }
    if let deadline { parts.append("deadline \(Shown.text(deadline))") }
    if let period { parts.append("period \(Shown.text(period))") }
    if let validity { parts.append("validity \(Shown.text(validity))") }
    if let failureThreshold { parts.append("failures \(failureThreshold)") }
    if let successThreshold { parts.append("successes \(successThreshold)") }
    if let impact { parts.append("impact \(impact)") }
    if let groups { parts.append("groups \(groups.sorted().joined(separator: " "))") }
    return parts.isEmpty ? "unchanged" : parts.joined(separator: ", ")
  }
}

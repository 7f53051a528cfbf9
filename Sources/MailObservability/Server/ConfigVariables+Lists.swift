// How are the values read that list listeners, aliases of probes, or health checks?

import HealthProbes
import ObservabilityEndpoints
import ObservabilitySockets

/// What a variable changes of a health check.
struct HealthCheckChange {
  let name: String
  /// The member of the list that asks for it.
  let member: String
  let set: (inout HealthCheck.Overrides) -> Void
}

extension ConfigVariables {
  // MARK: - Listeners

  static func address(_ text: String) -> String? {
    if text.hasPrefix(MetricsConfig.inheritedPrefix) {
      return text == MetricsConfig.inheritedPrefix ? nil : text
    }
    return SocketAddress.hasForm(text) ? text : nil
  }

  static let addressAllowed =
    "host:port, [v6]:port, unix:/path or systemd:NAME, with a port from 0 to 65535"

  /// `ADDRESS=ROUTES`, with commas between. Routes are `all`, `probes` or `/path`, with `+` between; behind a path and a
  /// colon the rule may stand that it has there.
  static func listeners(_ text: String) throws(Refusal) -> [ListenerConfig] {
    var listeners: [ListenerConfig] = []
    for member in try list(text) {
      guard let equals = member.lastIndex(of: "="), let address = address(String(member[..<equals])) else {
        throw .member(member)
      }
      var listener = ListenerConfig(address, serving: .paths([]))
      for part in member[member.index(after: equals)...].split(
        separator: "+", omittingEmptySubsequences: false)
      {
        guard add(part, to: &listener) else { throw .member(member) }
      }
      listeners.append(listener)
    }
    return listeners
  }

  static let listenersAllowed =
    "addresses and what is served there, such as [::]:8081=probes or 127.0.0.1:9091=/metrics:trusted+/live, with commas "
    + "between; what is served is all, probes, or paths, each once and with a rule behind a colon or without"

  private static func add(_ part: Substring, to listener: inout ListenerConfig) -> Bool {
    switch part {
    case "all": listener.routes = listener.routes.union(.all)
    case "probes": listener.routes = listener.routes.union(.probes)
    default:
      guard part.utf8.first == UInt8(ascii: "/") else { return false }
      var path = part
      if let colon = part.lastIndex(of: ":") {
        guard let rule = rule(String(part[part.index(after: colon)...])) else { return false }
        path = part[..<colon]
        listener.access[String(path)] = rule
      }
      guard !listener.routes.paths.contains(String(path)) else { return false }
      listener.routes = listener.routes.union(.paths([String(path)]))
    }
    return true
  }

  /// Octal, as `chmod` has it.
  static func mode(_ text: String) -> UInt16? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "7") }),
      let mode = UInt16(text, radix: 8), mode <= 0o777
    else { return nil }
    return mode
  }

  static let modeAllowed = "an octal number from 0 to 777, such as 660"

  // MARK: - Probes

  /// `/path=probe`, with commas between, or `none`.
  static func aliases(_ text: String) throws(Refusal) -> [String: HealthProbe] {
    if text.lowercased() == "none" { return [:] }
    var aliases: [String: HealthProbe] = [:]
    for member in try list(text) {
      guard let equals = member.lastIndex(of: "="),
        let probe = HealthProbe(rawValue: String(member[member.index(after: equals)...])),
        aliases.updateValue(probe, forKey: String(member[..<equals])) == nil
      else { throw .member(member) }
    }
    return aliases
  }

  static let aliasesAllowed =
    "none, or paths and probes such as /healthz=health, each path once, with commas between; the probes are health, "
    + "ready, live and startup"

  /// Names of checks, with commas between.
  static func checks(
    _ text: String, _ set: @escaping (inout HealthCheck.Overrides) -> Void
  ) throws(Refusal) -> [HealthCheckChange] {
    try list(text).map { HealthCheckChange(name: $0, member: $0, set: set) }
  }

  static let checksAllowed = "names of health checks, with commas between"

  /// `check=duration`, with commas between.
  static func checkDurations(
    _ text: String, _ set: @escaping (inout HealthCheck.Overrides, Duration) -> Void
  ) throws(Refusal) -> [HealthCheckChange] {
    var changes: [HealthCheckChange] = []
    for member in try list(text) {
      guard let equals = member.lastIndex(of: "="),
        let duration = duration(String(member[member.index(after: equals)...]))
      else { throw .member(member) }
      let name = String(member[..<equals])
      guard !changes.contains(where: { $0.name == name }) else { throw .member(member) }
      changes.append(HealthCheckChange(name: name, member: member) { set(&$0, duration) })
    }
    return changes
  }

  static let checkDurationsAllowed =
    "names of health checks and durations such as storage=5s, each check once, with commas between; a duration is above "
    + "0, and \(durationAllowed)"

  /// Whether there can be a check of this name with this setting.
  static func canBeUsed(_ change: HealthCheckChange) -> Bool {
    var overrides = HealthCheck.Overrides()
    change.set(&overrides)
    // A registry without checks refuses what every check would.
    return (try? HealthRegistry().configure([change.name: overrides])) != nil
  }
}

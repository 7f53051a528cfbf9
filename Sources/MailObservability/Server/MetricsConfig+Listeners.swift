// Which sockets does a configuration ask for, and what is served on each?

import ObservabilityEndpoints
import ObservabilityPlatform
import ObservabilitySockets

/// A socket that a server is to listen on.
struct WantedListener: Sendable {
  let source: ListenerSource
  /// The setting and the address that it comes from.
  let setting: String
  let value: String
  /// nil: everything, as it is configured.
  let routes: ListenerRoutes?
}

extension MetricsConfig {
  /// What addresses of inherited sockets begin with.
  static let inheritedPrefix = "systemd:"
  static let mostListeners = 16

  /// The settings that name an address.
  private var addresses: [(setting: String, value: String, config: ListenerConfig?)] {
    [("bindAddress", bindAddress, nil)]
      + listeners.enumerated().map { ("listeners[\($0.offset)]", $0.element.address, $0.element) }
  }

  /// What each listener besides the first serves.
  var listenerRoutes: [ListenerRoutes] {
    addresses.compactMap { $0.config?.served(setting: $0.setting) }
  }

  func checkListeners() throws(MetricsConfigError) {
    guard listeners.count < Self.mostListeners else {
      throw MetricsConfigError(
        .invalidSetting, setting: "listeners", value: "\(listeners.count)",
        "are more than \(Self.mostListeners - 1)")
    }
    if let socketMode, socketMode > 0o777 {
      throw MetricsConfigError(
        .invalidSetting, setting: "socketMode", value: "0o\(String(socketMode, radix: 8))",
        "is more than 0o777")
    }
    var known: [(setting: String, value: String)] = []
    for (setting, value, _) in addresses {
      if let other = known.first(where: { $0.value.utf8.elementsEqual(value.utf8) }), !value.hasSuffix(":0") {
        throw MetricsConfigError(
          .invalidSetting, setting: setting, value: value, "is the address of \(other.setting)")
      }
      known.append((setting, value))
    }
  }

  /// Every socket to listen on; blocks as long as the system's resolver does.
  ///
  /// - Throws: ``MetricsConfigError`` that names the setting of an address that is none.
  func wantedListeners(
    lookUp: (String) throws -> SocketAddress
  ) throws(MetricsConfigError) -> [WantedListener] {
    var wanted: [WantedListener] = []
    for (setting, value, config) in addresses {
      do {
        for source in try sources(of: value, lookUp) {
          // Only the first is the one that everything is served on without a word.
          let routes = config?.served(setting: setting) ?? (wanted.isEmpty ? nil : ListenerRoutes())
          wanted.append(WantedListener(source: source, setting: setting, value: value, routes: routes))
        }
      } catch {
        throw .failed(setting: setting, value: value, "cannot be used", error)
      }
    }
    return wanted
  }

  private func sources(
    of address: String, _ lookUp: (String) throws -> SocketAddress
  ) throws -> [ListenerSource] {
    if address.hasPrefix(Self.inheritedPrefix) {
      let name = String(address.dropFirst(Self.inheritedPrefix.count))
      return try InheritedSocket.named(name).map { .inherited($0) }
    }
    let parsed = try lookUp(address)
    guard case .unix = parsed else { return [.address(parsed)] }
    return [.address(parsed, mode: socketMode)]
  }

  /// The host names in the addresses.
  var boundHostNames: [String] {
    addresses.map(\.value)
      .filter { !$0.hasPrefix("unix:") && !$0.hasPrefix(Self.inheritedPrefix) }
      .map { String($0.prefix { $0 != ":" }) }
  }
}

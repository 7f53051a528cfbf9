// What is the configuration in force?

import ObservabilityEndpoints

/// The settings of a server, of tracing and of the host, and where each came from.
struct ConfigPage: Sendable {
  private let server: [ShownRow]
  private let host: [ShownRow]
  private let hostLeftOut: Int
  private let tracing: @Sendable () -> [ShownRow]?

  /// - Parameters:
  ///   - config: as it is in force.
  ///   - tracing: the settings of tracing; nil before that has started.
  init(_ config: MetricsConfig, tracing: @escaping @Sendable () -> [ShownRow]?) {
    server = config.shownRows
    // What a host has too much of does not take the room of the other settings.
    var room = 128 << 10
    host = config.hostSettings.prefix(1000).prefix { setting in
      room -= setting.name.utf8.count + setting.value.utf8.count + setting.origin.utf8.count + 128
      return room >= 0
    }.map { ShownRow(name: $0.name, value: $0.value, origin: $0.origin) }
    hostLeftOut = config.hostSettings.count - host.count
    self.tracing = tracing
  }

  var page: DebugPage {
    var page = DebugPage("configuration")
    func show(_ title: String, _ rows: [ShownRow]) {
      page.table(title, ["setting", "value", "from"], of: rows) { [$0.name, $0.value, $0.origin] }
    }
    if !host.isEmpty { show("host", host) }
    if hostLeftOut > 0 { page.note("\(hostLeftOut) more settings of the host are not shown.") }
    show("server", server)
    if let rows = tracing() { show("tracing", rows) } else { page.note("Tracing has not been started.") }
    page.note("*** is in place of what is a secret, or may be one.")
    return page
  }
}

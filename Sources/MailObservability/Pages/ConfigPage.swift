// What is the configuration in force?

import ObservabilityEndpoints

/// The settings of a server, of tracing and of the host, and where each came from.
struct ConfigPage: Sendable {
  private let server: [ShownRow]
  private let host: [ShownRow]
  private let tracing: @Sendable () -> [ShownRow]?

  /// - Parameters:
  ///   - config: as it is in force.
  ///   - tracing: the settings of tracing; nil before that has started.
  init(_ config: MetricsConfig, tracing: @escaping @Sendable () -> [ShownRow]?) {
    server = config.shownRows
    host = config.hostSettings.prefix(1000).map {
      ShownRow(name: $0.name, value: $0.value, origin: $0.origin)
    }
    self.tracing = tracing
  }

  var page: DebugPage {
    var page = DebugPage("configuration")
    func show(_ title: String, _ rows: [ShownRow]) {
      page.table(title, ["setting", "value", "from"], of: rows) { [$0.name, $0.value, $0.origin] }
    }
    if !host.isEmpty { show("host", host) }
    show("server", server)
    if let rows = tracing() { show("tracing", rows) } else { page.note("Tracing has not been started.") }
    page.note("*** is in place of what is a secret, or may be one.")
    return page
  }
}

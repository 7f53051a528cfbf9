// Which debugging pages are the library's own?

import HealthProbes
import ObservabilityEndpoints
import ObservabilityPlatform
import ObservabilitySockets

extension MetricsCollector {
  /// - Parameters:
  ///   - config: as it is in force.
  ///   - loop: what serves them; nil where that is not the library's.
  func ownPages(_ config: MetricsConfig, _ health: HealthView, on loop: EventLoop?) -> [OwnPage] {
    let build = BuildPage(config, build)
    let flags = ShownFlags(config.commandLine, secrets: config.secretOptions)
    let settings = ConfigPage(config) { [tracing] in tracing.shownSettings }
    let threads = ThreadsPage(
      pool: healthDriver.poolThreads, poolDelay: { [healthDriver] in healthDriver.poolDelay },
      patience: config.poolPatience, loop: { [weak loop] in loop }, checks: { health.report().checks },
      pages: pages)
    return OwnPage.all(
      build: { build.page }, flags: { flags.page }, config: { settings.page }, threads: { threads.page })
  }
}

extension OwnPage {
  typealias Make = @Sendable () -> DebugPage

  /// What there is to be found at a path, and what the list says of it.
  fileprivate static func all(
    build: @escaping Make, flags: @escaping Make, config: @escaping Make, threads: @escaping Make
  )
    -> [OwnPage]
  {
    [
      OwnPage("build", "version and build of the program, and what it runs on", build),
      OwnPage("flags", "the command line", flags),
      OwnPage("config", "the configuration in force", config),
      OwnPage("threads", "threads, the cooperative pool, and the server's loop", threads),
    ]
  }

  /// The same with nothing on them, for whoever asks which paths there are.
  static var empty: [OwnPage] {
    let page: Make = { DebugPage("") }
    return all(build: page, flags: page, config: page, threads: page)
  }
}

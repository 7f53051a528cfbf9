// Is the server that runs beside this command healthy? For a container without curl.

import MailObservability

enum Healthcheck {
  /// - Parameter arguments: at most a URL; without one, the default address of the metrics.
  static func run(_ arguments: some Collection<String>) -> (exitCode: Int32, message: String) {
    guard arguments.count <= 1, arguments.first?.hasPrefix("-") != true else {
      return (1, "usage: example-mail-server healthcheck [URL]")
    }
    let outcome = MetricsConfig(bindAddress: Options.defaultMetrics).healthcheck(arguments.first)
    return (outcome.exitCode, outcome.message)
  }
}

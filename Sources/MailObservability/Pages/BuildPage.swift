// Which program is this, and on what does it run?

import MetricInstruments
import ObservabilityEndpoints
import ObservabilityPlatform

struct BuildPage: Sendable {
  let serviceName: String
  let version: String
  let build: BuildMetrics
  private let start = ContinuousClock.now
  private let startedAt = WallClock.now

  init(_ config: MetricsConfig, _ build: BuildMetrics) {
    serviceName = config.serviceName
    version = config.version
    self.build = build
  }

  var page: DebugPage {
    var page = DebugPage("build")
    page.show("service", serviceName)
    page.show("version", Self.known(version) ?? Self.known(build.version))
    page.show("revision", Self.known(build.revision))
    let changed = build.sourceTimestamp.value
    if changed > 0 { page.show("source changed", .moment(secondsSince1970: changed)) }
    page.show("Swift", "\(BuildMetrics.swiftVersion) or newer")
    #if DEBUG
      page.show("library built for", "debugging")
    #else
      page.show("library built for", "release")
    #endif
    page.show("process", Int(getpid()))
    page.show("this server started", .moment(secondsSince1970: startedAt.seconds))
    page.show("up", start.duration(to: .now))
    page.show("processors", Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    var system = utsname()
    if uname(&system) == 0 {
      page.show("host", Self.text(system.nodename))
      page.show("system", "\(Self.text(system.sysname)) \(Self.text(system.release))")
      page.show("architecture", Self.text(system.machine))
    }
    return page
  }

  private static func known(_ text: String) -> String? { text.isEmpty ? nil : text }

  /// An array of C, which Swift takes for a tuple, up to its NUL.
  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

// What does somebody see who opens the address in a browser?

import EndpointMessages
import HealthProbes

/// Name, version, uptime, state, the checks that do not pass, and a link to everything else.
struct IndexPage: Sendable {
  private let health: HealthView
  private let settings: EndpointSettings
  private let links: @Sendable () -> [(target: String, text: String)]
  private let start = ContinuousClock.now

  init(
    health: HealthView, settings: EndpointSettings,
    links: @escaping @Sendable () -> [(target: String, text: String)]
  ) {
    self.health = health
    self.settings = settings
    self.links = links
  }

  /// What the page says, as parts of a page.
  struct Content {
    let title: String
    /// Terms and what there is to say of them.
    let terms: String
    /// Members of a list, with a link each.
    let links: String
    /// What the paths of links begin with.
    let base: String
  }

  func content(for request: EndpointRequest) -> Content {
    let report = health.report()
    let state =
      report.isDraining
      ? "shutting down" : report.maintenance != nil ? "in maintenance" : report.status.rawValue
    let title = HTMLText.escaped(settings.serviceName)
    let items = links().map { path, text in
      "<li><a href=\"\(HTMLText.escaped(base(of: request) + path))\">\(HTMLText.escaped(path))</a> – \(HTMLText.escaped(text))</li>"
    }
    let showsReasons = settings.trust.objection(to: request) == nil
    let wrong = report.checks.lazy.filter { $0.state != .pass }
    let more = wrong.dropFirst(Self.mostChecks).count
    let checks =
      wrong.prefix(Self.mostChecks).compactMap { line(of: $0, showsReason: showsReasons) }.joined()
      + (more > 0 ? "<dt>checks</dt><dd>and \(more) more</dd>" : "")
    let version =
      settings.version.isEmpty ? "" : "<dt>version</dt><dd>\(HTMLText.escaped(settings.version))</dd>"
    return Content(
      title: title,
      terms: "<dt>state</dt><dd>\(state)</dd>\(checks)\(version)<dt>up</dt><dd>\(uptime)</dd>",
      links: items.joined(), base: HTMLText.escaped(base(of: request)))
  }

  func respond(to request: EndpointRequest) -> EndpointResponse {
    let content = content(for: request)
    let html = """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>\(content.title)</title>
      <meta name="viewport" content="width=device-width">
      <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:2em auto;padding:0 1em}\
      dt{font-weight:bold}</style></head>
      <body><h1>\(content.title)</h1>
      <dl>\(content.terms)</dl>
      <ul>\(content.links)</ul></body></html>

      """
    return EndpointResponse(
      status: 200,
      headers: [
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
        "Content-Security-Policy":
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      ], body: .bytes(Array(html.utf8)))
  }

  /// How many of the checks with which something is wrong are shown: the page is made on the server's thread.
  private static let mostChecks = 20

  /// What is wrong with a check; nil when nothing is.
  private func line(of check: HealthCheckReport, showsReason: Bool) -> String? {
    let term: String
    switch check.state {
    case .pass: return nil
    case .warn: term = "warns"
    case .fail: term = "fails"
    case .pending: term = "is not known yet"
    }
    let reason = showsReason ? check.reason.map { ": \(HTMLText.escaped($0))" } ?? "" : ""
    return "<dt>check</dt><dd>\(HTMLText.escaped(check.name)) \(term)\(reason)</dd>"
  }

  /// What the paths of links begin with. It is relative, so that they lead somewhere whatever a proxy in between, or the
  /// router of the host, has put before them or taken away.
  private func base(of request: EndpointRequest) -> String {
    if request.path.hasSuffix("/") { return "." }
    return "./" + (settings.pathPrefix.split(separator: "/").last ?? "")
  }

  private var uptime: String {
    let seconds = (ContinuousClock.now - start).components.seconds
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    return days > 0
      ? "\(days) d \(hours) h" : hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(seconds % 60) s"
  }
}

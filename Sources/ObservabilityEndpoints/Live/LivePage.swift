// What does somebody see who is trusted and opens the address in a browser?

import EndpointMessages
import ObservabilityPlatform

/// One document with its script and style, which asks ``dataPath`` once a second. Without a script it is the plain page.
package enum LivePage {
  /// Where its data are, below the prefix.
  package static let dataPath = "/live-data"

  static func response(to request: EndpointRequest, _ page: IndexPage) -> EndpointResponse {
    let content = page.content(for: request)
    let html = """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>\(content.title)</title>
      <meta name="viewport" content="width=device-width">
      <style>\(style)</style></head>
      <body data-base="\(content.base)">
      <header><h1>\(content.title)</h1>
      <div id="verdict" role="status"><noscript><dl>\(content.terms)</dl></noscript></div></header>
      <main id="live"></main>
      <footer><h2>Everything else</h2><ul>\(content.links)</ul></footer>
      <script>\(script)</script></body></html>

      """
    return EndpointResponse(
      status: 200,
      headers: [
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": policy,
      ], body: .bytes(Array(html.utf8)))
  }

  /// Nothing but this script and this style, and requests to the page's own origin.
  static let policy =
    "default-src 'none'; script-src \(hash(of: script)); style-src \(hash(of: style)); connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static func hash(of text: String) -> String {
    "'sha256-\(Base64.encoded(SHA256.digest(Array(text.utf8))))'"
  }

  static let script = core + charts + parts + start
}

// What has every page for people around what it says?

package import EndpointMessages
import ObservabilityPlatform

/// The way from a page to the others, by links that are relative, so that they lead somewhere whatever a proxy in between, or
/// the router of the host, has put before the path or taken away.
package struct PageNavigation: Sendable {
  /// From the page up to where the prefix of all routes ends.
  let root: String
  /// The paths of the other debugging pages, below `/debug/`.
  let names: [String]
  /// That of the page itself.
  let current: String?

  /// - Parameters:
  ///   - path: of the request.
  ///   - prefix: of all routes, in bytes.
  package init(from path: String, prefix: Int = 0, names: [String] = []) {
    let rest = path.utf8.dropFirst(prefix)
    let depth = rest.dropFirst().count { $0 == UInt8(ascii: "/") }
    root = depth == 0 ? "./" : String(repeating: "../", count: min(depth, 64))
    self.names = names
    current = names.first { rest.elementsEqual("/debug/\($0)".utf8) }
  }

  func link(to name: String) -> String { "\(root)debug/\(name)" }
}

/// A page for people: whatever it says, the library's own marks around it.
package struct WebPage {
  /// A text that may be anything.
  package var title: String
  package var navigation: PageNavigation
  /// What stands below the title.
  package var body = HTMLText()
  /// Whether the same is there as JSON.
  package var hasJSON = true
  /// The query that led here, for the link to JSON, as it may stand in a link.
  package var query = ""

  package init(_ title: String, _ navigation: PageNavigation) {
    self.title = title
    self.navigation = navigation
  }

  package var html: String {
    var page = HTMLText()
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
    page.plain(title.cut(to: HTMLText.longestName))
    page.raw(
      "</title>\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<style>\(PageStyle.text)</style></head>\n"
    )
    page.raw("<body><header><nav aria-label=\"pages\">")
    page.raw("<a href=\"\(navigation.root)\">/</a> <a href=\"\(navigation.root)debug\">debug</a>")
    for name in navigation.names {
      page.raw(" <a href=\"")
      page.plain(navigation.link(to: name))
      page.raw(name.utf8.elementsEqual((navigation.current ?? "").utf8) ? "\" aria-current=\"page\">" : "\">")
      page.plain(name)
      page.raw("</a>")
    }
    page.raw("</nav></header>\n<main><h1>")
    page.plain(title.cut(to: HTMLText.longestName))
    page.raw("</h1>\n")
    page.raw(body.text)
    page.raw("</main>\n<footer><p>")
    page.plain(ShownTime.moment(WallClock.now.clampedNanoseconds, toMilliseconds: false))
    if hasJSON { page.raw(" – <a href=\"?\(query)format=json\">as JSON</a>") }
    page.raw("</p></footer></body></html>\n")
    return page.text
  }

  /// The page, which nobody keeps, no other page has in a frame, and no browser takes for anything else.
  package var response: EndpointResponse {
    EndpointResponse(
      status: 200,
      headers: [
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": PageStyle.policy,
      ], body: .bytes(Array(html.utf8)))
  }

  /// The same for programs.
  package static func response(json: [UInt8]) -> EndpointResponse {
    EndpointResponse(
      status: 200,
      headers: [
        "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
      ], body: .bytes(json))
  }
}

// How is a debugging page answered, whatever the rest of the process does?

import EndpointMessages
import ObservabilityPlatform

/// A debugging page of the library's own.
package struct OwnPage: Sendable {
  /// What its path ends in.
  let name: String
  /// What the list of pages says of it.
  let text: String
  /// Makes it anew. Runs no code of the host, and does not wait.
  let make: @Sendable () -> DebugPage

  package init(_ name: String, _ text: String, _ make: @escaping @Sendable () -> DebugPage) {
    self.name = name
    self.text = text
    self.make = make
  }
}

/// The library's own pages are made on a thread of their own: neither on the loop, which has probes to answer, nor on the
/// cooperative pool, which may be what is stuck. Those of the host are asked as its routes are.
final class PageEndpoint: Sendable {
  /// How long a page of the library may take.
  private static let deadline = Duration.seconds(5)
  /// How long one of the host may, while the cooperative pool runs nothing: whoever looks then wants an answer.
  private static let deadlineOfStuckPool = Duration.seconds(1)
  /// How many requests of the library's pages may be under way.
  private static let most = 16

  private let pages: DebugPages
  private let settings: EndpointSettings
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  private let thread = WorkerThread(name: "debug pages")
  private let underWay = Locked(0)

  init(settings: EndpointSettings, timer: any OneShotTimer, log: @escaping @Sendable (String) -> Void) {
    pages = settings.pages
    self.settings = settings
    self.timer = timer
    self.log = log
  }

  deinit { stop() }

  /// Leaves no thread behind.
  func stop() { thread.stop() }

  func answer(
    _ request: EndpointRequest, _ navigation: PageNavigation, _ make: @escaping @Sendable () -> DebugPage
  ) async -> EndpointResponse {
    guard enter() else {
      return .refusal(503, "Too many requests of this kind are under way.\n", headers: ["Retry-After": "1"])
    }
    defer { underWay.withLock { $0 -= 1 } }
    let isJSON = PageEndpoint.isJSON(request)
    let outcome = await outcome(
      of: { PageEndpoint.response(make(), navigation, isJSON: isJSON) }, on: thread, within: Self.deadline,
      timer: timer)
    guard case .finished(let response) = outcome else {
      return .refusal(503, "The page was not made in time.\n", headers: ["Retry-After": "1"])
    }
    return response
  }

  /// The list of pages, or one of the host's.
  func answer(_ request: EndpointRequest, below name: String?, _ navigation: PageNavigation) async
    -> EndpointResponse
  {
    guard let name, !name.isEmpty else {
      let (own, host) = (settings.ownPages, pages.all)
      return await answer(request, navigation) { PageEndpoint.list(navigation.names, own, host) }
    }
    guard let page = pages[name] else { return .refusal(404, "There is no such page.\n") }
    let isStuck = settings.poolDelay() >= settings.poolPatience
    let limit =
      isStuck ? min(settings.hostRouteDeadline, Self.deadlineOfStuckPool) : settings.hostRouteDeadline
    let isJSON = PageEndpoint.isJSON(request)
    return await page.route.answer(within: limit, timer: timer, log: log) {
      var content = DebugPage(page.title)
      try await page.fill(&content)
      return PageEndpoint.response(content, navigation, isJSON: isJSON)
    }
  }

  private static func list(_ names: [String], _ own: [OwnPage], _ host: [DebugPages.Page]) -> DebugPage {
    var page = DebugPage("debugging pages")
    page.table("pages", ["page", "what it shows"], of: names) { name in
      let text = own.first { $0.name == name }?.text ?? host.first { $0.name == name }?.title
      return [.link(name, to: name), text ?? PageEndpoint.others[name]]
    }
    return page
  }

  private static let others = [
    "vars": "published variables, as JSON", "traces": "recent traces: families, latencies, one message",
  ]

  private static func isJSON(_ request: EndpointRequest) -> Bool { request.query["format"] == "json" }

  private static func response(_ page: DebugPage, _ navigation: PageNavigation, isJSON: Bool)
    -> EndpointResponse
  {
    isJSON ? WebPage.response(json: page.json) : page.webPage(navigation).response
  }

  private func enter() -> Bool {
    underWay.withLock { underWay in
      guard underWay < Self.most else { return false }
      underWay += 1
      return true
    }
  }
}

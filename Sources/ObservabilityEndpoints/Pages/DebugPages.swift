// Which debugging pages does the host have of its own?

import EndpointMessages
import ObservabilityPlatform

/// The host's own debugging pages, such as the state of its queue: at `/debug/` and their name, for those who may see details.
///
/// ```swift
/// try metrics.pages.add("queue") { page in
///   page.table("waiting", ["message", "age", "why"], of: await queue.waiting) { [$0.id, $0.age, $0.reason] }
/// }
/// ```
///
/// May be used from any thread, before a server is started and after. Every server of the collector shows the same pages.
public final class DebugPages: Sendable {
  struct Page: Sendable {
    let name: String
    let title: String
    let route: HostRoute
    let fill: @Sendable (inout DebugPage) async throws -> Void
  }

  /// The most pages.
  static let most = 64
  /// What the library has there itself, or a host's route is likely to be.
  private static let reserved = ["build", "config", "flags", "threads", "traces", "vars"]

  private let state = Locked<[Page]>([])

  package init() {}

  /// Adds a page.
  ///
  /// The closure fills a page for each request anew, on the cooperative pool, in a task of its own. One that throws is answered
  /// with 500 and logged, one that is late (``HTTPServerDeadlines/handler``) with 503 and cancelled: neither holds up anything
  /// else. An ``EndpointRefusal`` that it throws is the answer.
  ///
  /// - Parameters:
  ///   - name: what its path ends in: 1 to 64 letters, digits, `-`, `_` and `.`, of which the first is a letter or digit.
  ///   - title: what the page is called; nil for its name.
  ///   - limit: how many requests of it may be under way at once, from 1 to 1,000; further ones are answered 503.
  ///   - fill: puts on the page what there is to be shown. Called from any thread, several times at once.
  /// - Throws: ``DebugPageError`` for a name that cannot be one, or that another page has.
  public func add(
    _ name: String, title: String? = nil, atMost limit: Int = 4,
    _ fill: @escaping @Sendable (inout DebugPage) async throws -> Void
  ) throws(DebugPageError) {
    guard Self.isName(name) else {
      throw DebugPageError(
        .invalidName, name, "must have 1 to 64 letters, digits, -, _ and ., and begin with a letter or digit")
    }
    guard !Self.reserved.contains(name) else {
      throw DebugPageError(.conflict, name, "is a page of the library")
    }
    let route = HostRoute(EndpointRoute("/debug/\(name)", atMost: limit) { _ in .text(200, "") })
    let page = Page(
      name: name, title: (title ?? name).cut(to: DebugPage.longestName), route: route, fill: fill)
    let problem = state.withLock { pages -> DebugPageError? in
      if pages.contains(where: { $0.name == name }) {
        return DebugPageError(.conflict, name, "is there already")
      }
      if pages.count >= Self.most { return DebugPageError(.conflict, name, "is one more than \(Self.most)") }
      pages.append(page)
      return nil
    }
    if let problem { throw problem }
  }

  /// Takes a page away, if there is one of that name. Requests under way are answered.
  public func remove(_ name: String) { state.withLock { $0.removeAll { $0.name == name } } }

  /// The names of the pages, in the order in which they were added.
  public var names: [String] { all.map(\.name) }

  /// The pages that are being filled at this moment, and how many requests of each.
  package var underWay: [(name: String, count: Int)] {
    all.map { ($0.name, $0.route.countUnderWay) }.filter { $0.count > 0 }
  }

  var all: [Page] { state.withLock { $0 } }

  subscript(name: String) -> Page? { state.withLock { $0.first { $0.name.utf8.elementsEqual(name.utf8) } } }

  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...64).contains(bytes.count), let first = bytes.first else { return false }
    func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    return isWord(first)
      && bytes.allSatisfy {
        isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }
}

/// A page that cannot be added, and why.
public struct DebugPageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case invalidName, conflict }
    private let kind: Kind

    /// The name cannot be that of a page.
    public static let invalidName = Code(kind: .invalidName)
    /// Another page has the name, or there are as many as there may be.
    public static let conflict = Code(kind: .conflict)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The name of the page, on one line.
  public let page: String
  /// What is wrong with it.
  public let message: String

  init(_ code: Code, _ page: String, _ message: String) {
    self.code = code
    self.page = page.oneLine(atMost: 128)
    self.message = message
  }

  /// The page and what is wrong with it.
  public var description: String { "page \"\(page)\" \(message)" }
}

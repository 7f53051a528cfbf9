// What can a figure or a cell of a page be?

import ObservabilityPlatform

/// What can stand on a ``DebugPage``: texts, numbers, truth values, durations, and what is made of them by the members of
/// ``DebugPage/Value``. nil is shown as nothing.
public protocol DebugPageValue: Sendable {
  /// How it is shown.
  var debugPageValue: DebugPage.Value { get }
}

extension DebugPage {
  /// A value on a page, bounded, and not yet a part of any document.
  public struct Value: DebugPageValue {
    enum Content: Sendable {
      case none
      case text(String)
      case integer(Int64)
      case number(Double)
      case flag(Bool)
      case duration(Duration)
      /// Nanoseconds since 1970.
      case moment(Int64)
      /// The page, and a query that may stand in a link.
      case link(String, page: String, query: String)
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    /// Itself.
    public var debugPageValue: DebugPage.Value { self }

    /// Nothing.
    static let none = Value(.none)

    var cost: Int {
      switch content {
      case .none, .integer, .number, .flag, .duration, .moment: 24
      case .text(let text): text.utf8.count
      case .link(let text, let page, let query): text.utf8.count + page.utf8.count + query.utf8.count
      }
    }
  }
}

extension DebugPageValue where Self == DebugPage.Value {
  /// A moment, shown in UTC; as JSON it is a number of seconds since 1970.
  ///
  /// - Parameter seconds: since 1970. What is no moment is nothing.
  public static func moment(secondsSince1970 seconds: Double) -> DebugPage.Value {
    Int64(exactly: (seconds * 1e9).rounded()).map { DebugPage.Value(.moment($0)) } ?? .none
  }

  /// A text that leads to another of the debugging pages, such as the traces of a message:
  /// `.link(id, to: "traces", ["queue": id])`.
  ///
  /// - Parameters:
  ///   - text: what is shown.
  ///   - page: the name of the page, which is at `/debug/` and that name. A name that is none leads nowhere.
  ///   - query: what is asked there, of at most 512 bytes.
  public static func link(
    _ text: String, to page: String, _ query: KeyValuePairs<String, String> = [:]
  ) -> DebugPage.Value {
    let shown = text.cut(to: DebugPage.longestText)
    let bytes = query.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard DebugPages.isName(page), bytes <= 512 else { return DebugPage.Value(.text(shown)) }
    let items = query.map { "\(HTMLText.encoded($0.key))=\(HTMLText.encoded($0.value))" }
    return DebugPage.Value(.link(shown, page: page, query: items.joined(separator: "&")))
  }
}

extension String: DebugPageValue {
  /// The text, cut behind 4,096 bytes.
  public var debugPageValue: DebugPage.Value { DebugPage.Value(.text(cut(to: DebugPage.longestText))) }
}

extension Substring: DebugPageValue {
  /// The text, cut behind 4,096 bytes.
  public var debugPageValue: DebugPage.Value {
    // By bytes: a single character may be as long as the text. The last scalar of those may be cut, and is not shown.
    String(decoding: utf8.prefix(DebugPage.longestText + 4), as: UTF8.self).debugPageValue
  }
}

extension Int: DebugPageValue {
  /// The number.
  public var debugPageValue: DebugPage.Value { DebugPage.Value(.integer(Int64(self))) }
}

extension Double: DebugPageValue {
  /// The number; as JSON one that is not finite is `null`.
  public var debugPageValue: DebugPage.Value { DebugPage.Value(.number(self)) }
}

extension Bool: DebugPageValue {
  /// `yes` or `no`; as JSON `true` or `false`.
  public var debugPageValue: DebugPage.Value { DebugPage.Value(.flag(self)) }
}

extension Duration: DebugPageValue {
  /// The duration for people, such as `3 min 20 s`; as JSON seconds.
  public var debugPageValue: DebugPage.Value { DebugPage.Value(.duration(self)) }
}

extension Optional: DebugPageValue where Wrapped: DebugPageValue {
  /// The value, or nothing.
  public var debugPageValue: DebugPage.Value { self?.debugPageValue ?? .none }
}

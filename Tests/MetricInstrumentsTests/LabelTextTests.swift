// Are label values told apart by their bytes, as scrapers do?

@testable import MetricInstruments
import Testing

@Suite("The text of a label")
struct LabelTextTests {
  static let composed = "caf\u{E9}"
  static let decomposed = "cafe\u{301}"

  @Test(
    "is the same when its bytes are, after U+FFFD for NUL",
    arguments: [
      ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("x\0", "x\u{FFFD}", true),
      (composed, decomposed, false), ("\0\0", "\u{FFFD}", false),
    ])
  func equality(left: String, right: String, isSame: Bool) {
    #expect((LabelText(left) == LabelText(right)) == isSame)
    #expect(Set([LabelText(left), LabelText(right)]).count == (isSame ? 1 : 2))
  }

  @Test("is ordered by its bytes")
  func order() {
    let texts = [Self.composed, "b", "a\0", Self.decomposed, "a"].map { LabelText($0) }
    #expect(texts.sorted().map(\.text) == ["a", "a\u{FFFD}", "b", Self.decomposed, Self.composed])
  }

  @Test("lets label names differ that are only equivalent, and refuses the same bytes twice")
  func names() throws {
    let registry = try Registry(allowsUTF8Names: true)
    #expect(throws: RegistrationError.self) {
      try registry.register(.counter("x_total", help: ""), byBounded: Self.composed, Self.composed)
    }
    // The one is the other with an escaped combining mark, so no scraper takes them for the same.
    let first = try registry.register(.counter("\(Self.composed)_total", help: ""))
    let second = try registry.register(.counter("\(Self.decomposed)_total", help: ""))
    #expect(first !== second)
    #expect(registry.unregister("\(Self.decomposed)_total"))
    first.increment()
    #expect(first.value == 1)
  }

  @Test(
    "clashes where one scraper would be told two equal names, and nowhere else",
    arguments: [
      ("\u{65E5}\u{672C}", "\u{E9}", false), ("a b", "a.b", true), ("a.b", "a_dot_b", true),
      ("\u{65E5}", "\u{E9}", true), ("a b", "a__c", false), ("a.b", "a_b", true),
    ])
  func escapedNames(first: String, second: String, clashes: Bool) throws {
    let registry = try Registry(allowsUTF8Names: true)
    _ = try registry.register(.gauge(first, help: ""))
    if clashes {
      #expect(throws: RegistrationError.self) { try registry.register(.gauge(second, help: "")) }
    } else {
      _ = try registry.register(.gauge(second, help: ""))
    }
  }
}

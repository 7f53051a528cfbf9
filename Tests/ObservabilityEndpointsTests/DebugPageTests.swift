// Is a page bounded, and is all that stands on it nothing but text, whatever it was given?

@testable import ObservabilityEndpoints
import Testing

@Suite("A debugging page")
struct DebugPageTests {
  private func html(_ page: DebugPage) -> String { page.webPage(PageNavigation(from: "/debug/x")).html }
  private func json(_ page: DebugPage) -> String { String(decoding: page.json, as: UTF8.self) }

  @Test("shows every kind of value, as HTML and as JSON")
  func values() {
    var page = DebugPage("everything")
    page.show("text", "a")
    page.show("integer", Int.min)
    page.show("number", 0.5)
    page.show("none of a number", Double.nan)
    page.show("flag", true)
    page.show("duration", Duration.seconds(200))
    page.show("before", Duration.seconds(-3))
    page.show("moment", .moment(secondsSince1970: 0))
    page.show("no moment", .moment(secondsSince1970: .infinity))
    page.show("link", .link("M1", to: "traces", ["queue": "M1&x=<"]))
    page.show("no link", .link("M1", to: "../traces"))
    page.show("nothing", String?.none)
    page.show("part", "abc"[...])
    let html = html(page)
    for part in [
      "<dt>text</dt><dd>a</dd>", "<dd>-9223372036854775808</dd>", "<dd>0.5</dd>", "<dd>yes</dd>",
      "<dd>3 min 20 s</dd>", "<dt>before</dt><dd>0 s</dd>", "<dd>1970-01-01 00:00:00 UTC</dd>",
      "<dt>no moment</dt><dd><span class=\"none\">–</span></dd>",
      "<a href=\"../debug/traces?queue=M1%26x%3D%3C\">M1</a>", "<dt>no link</dt><dd>M1</dd>", "<dd>abc</dd>",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    let json = json(page)
    for part in [
      #""integer":-9223372036854775808"#, #""none of a number":null"#, #""flag":true"#, #""duration":200"#,
      #""before":-3"#, #""moment":0"#, #""no moment":null"#, #""link":"M1""#, #""nothing":null"#,
    ] {
      #expect(json.contains(part), "\(part)")
    }
  }

  static let hostileTexts = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'--></style></title>", "\u{202E}evil",
    "\u{2066}\u{0}",
    "&lt;", "</td></tr></table><h1>", "\u{FFFD}", "\u{E0041}", "\r\nSet-Cookie: a=b", "\u{1B}[31m",
    String(repeating: "\u{202E}", count: 1 << 20),
  ]

  @Test("takes hostile text for text, in every place", arguments: hostileTexts)
  func hostile(text: String) {
    var page = DebugPage(text)
    page.show(text, text)
    page.note(text)
    page.table(text, [text, text], of: [text]) { [$0, .link($0, to: "traces", [$0: $0])] }
    let html = html(page)
    for mark in [
      "<script", "<img", "--></style>", "\u{202E}", "\u{2066}", "\0", "\u{E0041}", "\r", "\u{1B}", "<h1><",
    ] {
      #expect(!html.contains(mark), "\(mark)")
    }
    #expect(html.split(separator: "</table>", omittingEmptySubsequences: false).count == 2)
    #expect(html.split(separator: "</title>", omittingEmptySubsequences: false).count == 2)
    #expect(html.utf8.count < 1 << 18)
    let json = json(page)
    #expect(json.utf8.count < 1 << 18 && !json.utf8.contains { $0 < 0x20 })
  }

  @Test("has room for so much, and says what there is no room for")
  func bounds() {
    let large = String(repeating: "<", count: 100 << 20)
    var page = DebugPage(large)
    for index in 0..<100_000 { page.show("\(index)", large) }
    for _ in 0..<1000 { page.note(large) }
    page.table(large, [String](repeating: large, count: 1000), of: 0..<1_000_000) { _ in
      [any DebugPageValue](repeating: large, count: 1000)
    }
    #expect(page.leftOut > 90_000)
    #expect(html(page).utf8.count < 8 << 20 && json(page).utf8.count < 8 << 20)
    #expect(html(page).contains("There was no room for \(page.leftOut) more parts"))
  }

  private struct Strange: Sequence, IteratorProtocol {
    var underestimatedCount: Int { .min }
    mutating func next() -> Int? { 0 }
  }

  @Test("has a figure as often as it likes, and a sequence that says anything of itself")
  func strange() {
    var page = DebugPage("x")
    for number in 0..<100_000 { page.show("number", number) }
    page.table("endless", ["n"], of: Strange()) { [$0] }
    #expect(page.leftOut == 0 && html(page).contains("<dd>99999</dd>"))
    #expect(html(page).contains("1 more are not shown"))
    let long = ("a" + String(repeating: "\u{301}", count: 1 << 20))[...]
    page.show("long", long)
    page.show("short", "a\u{301}b"[...])
    #expect(html(page).utf8.count < 1 << 19 && html(page).contains("<dd>a\u{301}b</dd>"))
  }

  @Test("shows of a long table the first rows, and how many more there are")
  func rows() {
    var page = DebugPage("x")
    page.table("few", ["n"], of: 0..<10) { [$0] }
    page.table("many", ["n"], of: 0..<1_000_000) { [$0] }
    page.table("after", ["n"], of: 0..<3) { [$0] }
    #expect(html(page).contains("998010 more are not shown") && html(page).contains("3 more are not shown"))
    #expect(json(page).contains(#""left_out":998010"#))
  }

  @Test("takes rows of any length, columns of one name, and figures that come again")
  func shapes() {
    var page = DebugPage("x")
    page.table("t", ["a", "a", "a 2", "a"], of: [0, 2, 9]) { [any DebugPageValue](repeating: 7, count: $0) }
    page.table("none", [], of: [1]) { [$0] }
    page.table("empty", ["a"], of: [Int]()) { [$0] }
    page.show("n", 1)
    page.note("between")
    page.show("n", 2)
    let json = json(page)
    #expect(json.contains(#"{"a":null,"a 2":null,"a 2 2":null,"a 3":null}"#), "\(json)")
    #expect(json.contains(#"{"a":7,"a 2":7,"a 2 2":null,"a 3":null}"#))
    #expect(json.contains(#""facts":{"n":2}"#))
    #expect(html(page).contains("There is none."))
  }

  @Test("cuts a text on a boundary of its characters", arguments: ["é", "€", "😀", "e\u{301}"])
  func cut(character: String) {
    for count in 0..<8 {
      let text = String(repeating: "a", count: count) + String(repeating: character, count: 10)
      let cut = text.cut(to: 9)
      #expect(cut.hasSuffix("…") && cut.utf8.count <= 12 && !cut.contains("\u{FFFD}"))
      #expect(text.utf8.starts(with: cut.dropLast().utf8) || character == "e\u{301}")
    }
    #expect("short".cut(to: 5) == "short" && "".cut(to: 0) == "" && "a".cut(to: 0) == "…")
  }
}
